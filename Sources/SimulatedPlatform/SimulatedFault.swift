// SPDX-License-Identifier: Apache-2.0

import Platform

/// One use of an operation that goes wrong.
public struct SimulatedFault: Equatable, Sendable {
    public enum Effect: Equatable, Sendable {
        /// A hypercall fails with this errno and does nothing.
        case errno(Int32)
        case tpm(SimulatedTPM.Fault)
    }

    public var operation: Platform.Operation
    /// `nil`: whatever domain it is for.
    public var domid: DomainID?
    /// Which of these uses, counted from 0.
    public var occurrence: Int
    public var effect: Effect
    /// How often it was used so far.
    var seen = 0

    public init(
        _ operation: Platform.Operation, _ domid: DomainID? = nil, occurrence: Int = 0, _ effect: Effect
    ) {
        self.operation = operation
        self.domid = domid
        self.occurrence = occurrence
        self.effect = effect
    }

    /// Whether the use that goes wrong came.
    public var happened: Bool { seen > occurrence }

    /// Counts a use; the effect if it is the one.
    mutating func use(_ operation: Platform.Operation, _ domid: DomainID?) -> Effect? {
        guard operation == self.operation, self.domid == nil || self.domid == domid else { return nil }
        seen += 1
        return seen - 1 == occurrence ? effect : nil
    }
}

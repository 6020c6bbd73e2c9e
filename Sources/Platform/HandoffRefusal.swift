// SPDX-License-Identifier: Apache-2.0

/// The caller's own shutdown was refused: it still runs, and so may domains that the same hypercall unpaused.
public struct HandoffRefusal: Error, Equatable, Sendable {
    /// Why the shutdown was refused.
    public let error: HypercallError
    /// Whom Xen unpaused all the same, in the order asked for.
    public let unpaused: [DomainID]

    public init(_ error: HypercallError, unpaused: [DomainID]) {
        self.error = error
        self.unpaused = unpaused
    }
}

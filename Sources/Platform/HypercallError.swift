// SPDX-License-Identifier: Apache-2.0

/// A hypercall, a libxenctrl function around it, or a request to xenstore failed.
public struct HypercallError: Error, Equatable, Sendable {
    /// What failed.
    public let operation: Operation
    /// The domain it was for; `nil` where it was for the host.
    public let domid: DomainID?
    /// The positive errno value.
    public let code: Int32

    public init(_ operation: Operation, _ domid: DomainID? = nil, code: Int32) {
        self.operation = operation
        self.domid = domid
        self.code = code
    }
}

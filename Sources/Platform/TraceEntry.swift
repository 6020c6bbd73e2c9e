// SPDX-License-Identifier: Apache-2.0

/// One issued operation and how it ended.
public struct TraceEntry: Equatable, Sendable {
    /// What was issued.
    public let operation: Operation
    /// Whose domain it is about; `nil` where none is.
    public let domid: DomainID?
    /// Zero for success, else -errno, or the TSS2_RC of a TPM command.
    public let result: Int64
    /// Microseconds since PID 1's start, by the journal's clock.
    public let start: UInt64
    /// Microseconds since PID 1's start.
    public let end: UInt64
    /// What came of it, where that is worth keeping. Empty otherwise.
    public let detail: Line

    public init(
        operation: Operation, domid: DomainID?, result: Int64, start: UInt64, end: UInt64, detail: Line = Line()
    ) {
        self.operation = operation
        self.domid = domid
        self.result = result
        self.start = start
        self.end = end
        self.detail = detail
    }
}

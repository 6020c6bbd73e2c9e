// SPDX-License-Identifier: Apache-2.0

/// Where DomB tells what it does, and its clock. It never fails: a console that takes nothing must not stop a launch.
public protocol Journal: ~Copyable {
    /// Microseconds since PID 1's start.
    mutating func now() -> UInt64
    /// Comes back after at least this time.
    mutating func wait(microseconds: UInt64)
    /// A line for people.
    mutating func note(_ line: Line)
    /// One operation that was issued, and what came of it.
    mutating func record(_ entry: TraceEntry)
    /// A domain was measured; the digest is SHA-256 over its record's event data.
    mutating func measured(_ domid: DomainID, name: [UInt8], digest: Digest)
    /// The whole event log as it stands, for whoever keeps it, and its SHA-256.
    mutating func publish(eventLog: [UInt8], digest: Digest)
}

extension Journal where Self: ~Copyable {
    /// An operation that began at `start`, in the journal's microseconds, and has just ended.
    public mutating func record(
        _ operation: Operation, _ domid: DomainID?, _ result: Int64, since start: UInt64, detail: Line = Line()
    ) {
        record(
            TraceEntry(
                operation: operation, domid: domid, result: result, start: start, end: now(), detail: detail))
    }
}

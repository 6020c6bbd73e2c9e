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

// What the trace says of answers on which a later decision depends: docs/console.md. Short: a line of the console has
// room for little more than ten characters.

extension HostResources {
    /// "2 cpus, 1048576 pages free".
    public var line: Line { "\(cpus) cpus, \(freePages) pages free" }
}

extension Line {
    /// Whether the caller is the hardware domain.
    public static func hardwareRole(_ isCallers: Bool) -> Line {
        isCallers ? "hardware domain" : "not the hardware domain"
    }

    /// "2:0,3:1": those of the domains that have shut down, with their SHUTDOWN_*.
    public init(shutDown domains: [DomainInfo], among waiting: [DomainID]) {
        let ended = domains.filter { waiting.contains($0.domid) }.compactMap { domain in
            domain.shutdownReason.map { (domid: domain.domid, reason: $0.rawValue) }
        }
        self.init(ended) { "\($0.domid):\($0.reason)" }
    }

    /// Whether the node that a domain is waited for by is there.
    public static func readiness(_ isThere: Bool) -> Line { isThere ? "ready" : "not ready" }

    /// Whether xenstore gave a domain's nodes back as they were written.
    public static func kept(_ isKept: Bool, of nodes: [XenstoreNode]) -> Line {
        isKept ? "\(nodes.count) nodes" : "not kept"
    }
}

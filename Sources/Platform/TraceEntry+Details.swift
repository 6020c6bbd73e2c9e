// SPDX-License-Identifier: Apache-2.0

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

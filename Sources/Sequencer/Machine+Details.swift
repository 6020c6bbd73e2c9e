// SPDX-License-Identifier: Apache-2.0

import Platform

// What the trace says of answers on which a later decision depends: docs/console.md. Short: a line of the console has
// room for little more than ten characters.

extension HostResources {
    /// "2 cpus, 1048576 pages free".
    var line: Line { "\(cpus) cpus, \(freePages) pages free" }
}

extension Line {
    /// "4 11": TPM_ALG_IDs of the active banks.
    init(banks: [UInt16]) { self.init(banks, separator: " ") { "\($0)" } }

    /// "2:0,3:1": those of the domains that have shut down, with their SHUTDOWN_*.
    init(shutDown domains: [DomainInfo], among waiting: [DomainID]) {
        let ended = domains.filter { waiting.contains($0.domid) }.compactMap { domain in
            domain.shutdownReason.map { (domid: domain.domid, reason: $0.rawValue) }
        }
        self.init(ended) { "\($0.domid):\($0.reason)" }
    }
}

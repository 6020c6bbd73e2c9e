// SPDX-License-Identifier: Apache-2.0

import Platform

// What the trace says of answers on which a later decision depends: docs/console.md. Short: a line of the console has
// room for little more than ten characters.

extension HostResources {
    /// "2 cpus, 1048576 pages free".
    var line: Line {
        var line = Line()
        line.append(decimal: UInt64(cpus))
        line.append(" cpus, ")
        line.append(decimal: freePages)
        line.append(" pages free")
        return line
    }
}

extension Line {
    /// "4 11": TPM_ALG_IDs of the active banks.
    init(banks: [UInt16]) {
        self.init()
        for (index, bank) in banks.enumerated() {
            if index > 0 { append(" ") }
            append(decimal: UInt64(bank))
        }
    }

    /// "2:0,3:1": those of the domains that have shut down, with their SHUTDOWN_*.
    init(shutDown domains: [DomainInfo], among waiting: [DomainID]) {
        self.init()
        for domain in domains {
            guard let reason = domain.shutdownReason, waiting.contains(domain.domid) else { continue }
            if !bytes.isEmpty { append(",") }
            append(domain.domid)
            append(":")
            append(decimal: UInt64(reason.rawValue))
        }
    }
}

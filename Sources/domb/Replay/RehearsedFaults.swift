// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction

/// What is to go wrong in a rehearsal, and whether it did.
struct RehearsedFaults {
    private(set) var points: [(words: String, point: RehearsedFault)] = []
    private let lcm: LCM

    init(_ lcm: LCM) { self.lcm = lcm }

    mutating func add(_ words: String) throws(RehearsedFault.Problem) {
        points.append((words, try RehearsedFault(words) { domid(of: $0) }))
    }

    private func domid(of name: String) -> DomainID? {
        lcm.domains.first { $0.name.elementsEqual(name.utf8) }?.domid
    }

    /// Those that never came, and why, in words.
    func unused(in run: LaunchRun) -> [String] {
        var (hosts, tpms) = (run.host.faults[...], run.tpm.operationFaults[...])
        var unused: [String] = []
        for (words, point) in points {
            let happened =
                switch point {
                case .host: hosts.popFirst()?.happened ?? false
                case .tpm: tpms.popFirst()?.happened ?? false
                case .domain(let domid, _): isWaitedFor(domid)
                }
            if !happened { unused.append("\(words): it never happened: the launch came to no such point") }
        }
        return unused
    }

    /// What a domain does matters only where the launch waits for it.
    private func isWaitedFor(_ domid: DomainID) -> Bool {
        lcm.domains.contains { $0.domid == domid && $0.conduct.readiness != .unpaused }
    }
}

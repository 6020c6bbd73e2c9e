// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Yams

/// A file of what a rehearsal's domains do and what goes wrong: docs/replay.md.
struct ReplayScenario {
    /// By the domain's name: what it does, or nothing at all.
    struct Domain {
        var ready: UInt64?
        var shutDown: ShutdownReason?
        var isNever = false
    }

    private(set) var domains: [(name: [UInt8], place: DescriptionValue, domain: Domain)] = []
    /// As `--fail` has them, each with its line.
    private(set) var faults: [(words: String, line: Int)] = []

    init() {}

    init(reading path: String) throws(CommandFailure) {
        let bytes = try HostFile.read(path, limit: 1 << 20)
        let root: Node?
        do {
            root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw .malformed("\(path): no YAML: \(error)")
        }
        guard let root else { throw .malformed("\(path):1: empty") }
        let problems = DescriptionProblems(file: path)
        let value = DescriptionValue(node: root, line: 1, key: "", problems: problems)
        if let section = value.section(["domains", "fail"]) {
            if let list = section["domains"] { readDomains(list) }
            for item in section["fail"]?.items ?? [] {
                guard let words = item.text else { continue }
                do throws(RehearsedFault.Problem) {
                    // Names are known once the LCM is read.
                    _ = try RehearsedFault(words) { $0.isEmpty ? nil : DomainID(rawValue: 0) }
                    faults.append((words, item.line))
                } catch {
                    item.wrong(error.text)
                }
            }
        }
        try problems.check()
    }

    private mutating func readDomains(_ list: DescriptionValue) {
        for item in list.items {
            guard let section = item.section(["name", "ready_after", "shuts_down", "after", "never"]),
                let name = section.needed("name")?.text
            else { continue }
            var domain = Domain()
            domain.ready = (section["ready_after"] ?? section["after"])?.number(in: 0...86_400_000)
            domain.isNever = section["never"]?.choice([("true", true), ("false", false)]) ?? false
            domain.shutDown = section["shuts_down"]?.choice(
                [("poweroff", ShutdownReason.powerOff), ("reboot", .reboot), ("crash", .crash)])
            domains.append((Array(name.utf8), item, domain))
        }
    }

    /// Sets what domains do; a name that the LCM has not is told with the nearest that it has.
    func apply(
        to host: inout SimulatedHypervisor, _ lcm: LCM, _ path: String
    ) throws(CommandFailure) {
        for (name, place, wanted) in domains {
            guard let domain = lcm.domains.first(where: { $0.name == name }) else {
                let names = lcm.domains.map { text($0.name) }
                let hint = NearName.hint(for: text(name), among: names)
                throw .malformed("\(path):\(place.line): the LCM has no domain \(text(name))\(hint)")
            }
            let after = (wanted.ready ?? 1000) * 1000
            var behaviour = DomainBehaviour(fulfilling: domain.conduct, of: domain.domid, after: after)
            if wanted.isNever { behaviour = DomainBehaviour() }
            if let reason = wanted.shutDown { behaviour = DomainBehaviour([(after, .shutDown(reason))]) }
            host.domainsByID[domain.domid.rawValue]?.behaviour = behaviour
        }
    }
}

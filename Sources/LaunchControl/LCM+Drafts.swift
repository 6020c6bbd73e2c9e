// SPDX-License-Identifier: Apache-2.0

import Platform

// What is settled once all domains are read, whatever format they came in.
extension LCM {
    /// Gives the domains without a domid the lowest ones, from 1, that nobody has.
    static func assignDomids(_ drafts: inout [DomainDraft], _ problems: ProblemList) {
        var taken = [Bool](repeating: false, count: Int(DomainID.firstReserved))
        taken[0] = true
        for draft in drafts {
            guard let domid = draft.domid else { continue }
            if taken[Int(domid.rawValue)] { problems.report(draft.place.error(.duplicateDomid)) }
            taken[Int(domid.rawValue)] = true
        }
        var next = 1
        for index in drafts.indices {
            if let domid = drafts[index].domid {
                drafts[index].description.domid = domid
                continue
            }
            while next < taken.count, taken[next] { next += 1 }
            guard next < taken.count, let domid = DomainID(rawValue: UInt16(next)) else {
                problems.report(drafts[index].place.error(.tooManyDomains))
                return
            }
            taken[next] = true
            drafts[index].description.domid = domid
        }
    }

    /// The domains by name, each at most once.
    static func names(_ drafts: [DomainDraft], _ problems: ProblemList) -> Lookup<[UInt8]> {
        let names = Lookup(drafts.enumerated().map { ($1.description.name, $0) }) { $0.lexicographicallyPrecedes($1) }
        for index in names.repeated { problems.report(drafts[index].place.error(.duplicateDomainName)) }
        return names
    }

    /// Every device is served by another domain of the LCM, or by the boot domain.
    static func checkBackends(_ drafts: [DomainDraft], names: Lookup<[UInt8]>, _ problems: ProblemList) {
        for (index, draft) in drafts.enumerated() {
            for backend in draft.description.settings.peers where !backend.isBootDomain {
                let server = names.find(backend.name)
                if server == nil { problems.report(draft.place.error(.unknownBackend, of: backend.name)) }
                if server == index { problems.report(draft.place.error(.selfDependency)) }
            }
        }
    }

    static func checkCPUPools(_ drafts: [DomainDraft], _ settings: LaunchSettings, _ problems: ProblemList) {
        for draft in drafts {
            guard let name = draft.description.cpupool else { continue }
            if !settings.cpupools.contains(where: { $0.name == name }) {
                problems.report(draft.place.error(.unknownCPUPool, SettingKey.cpupool.schema.property, of: name))
            }
        }
    }

    static func resolveDependencies(
        _ drafts: inout [DomainDraft], names: Lookup<[UInt8]>, _ problems: ProblemList
    ) {
        var withPhandle: [(UInt32, Int)] = []
        for (index, draft) in drafts.enumerated() {
            if let phandle = draft.phandle { withPhandle.append((phandle, index)) }
        }
        let phandles = Lookup(withPhandle) { $0 < $1 }
        for index in phandles.repeated { problems.report(drafts[index].place.error(.duplicatePhandle)) }
        // The last domain that named this one: a million references to thousands of domains stay quick.
        var lastNamedBy = [Int](repeating: -1, count: drafts.count)
        for index in drafts.indices {
            var dependencies: [Int] = []
            for reference in drafts[index].dependsOn {
                let target =
                    switch reference {
                    case .phandle(let phandle): phandles.find(phandle)
                    case .name(let name): names.find(name)
                    }
                guard let target else {
                    problems.report(
                        drafts[index].place.error(
                            .unknownPhandle, SettingKey.dependsOn.schema.property, of: reference.text.bytes))
                    continue
                }
                guard target != index else {
                    problems.report(drafts[index].place.error(.selfDependency, SettingKey.dependsOn.schema.property))
                    continue
                }
                if lastNamedBy[target] != index { dependencies.append(target) }
                lastNamedBy[target] = index
            }
            drafts[index].description.dependencies = dependencies
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform

extension LaunchStatement {
    /// What a log says. Where it has a record twice, which no good log has, the first one counts.
    init(_ log: EventLogReader, outcome: LogReplay.Outcome) {
        self.init()
        pcr = .said(log.pcr)
        identity = .said(nil)
        unmeasured = .said(nil)
        lcm = .said(nil)
        nextInit = .said(nil)
        var errors: [LaunchEvent.ErrorRecord] = []
        var isCapped = false
        var failedBefore = false
        var configuration: LaunchEvent.Configuration?
        for record in log.records {
            guard case .event(let event, _) = record.content else { continue }
            switch event {
            case .identity(let record): if identity == .said(nil) { identity = .said(record) }
            case .unmeasured(let policy): if unmeasured == .said(nil) { unmeasured = .said(policy) }
            case .lcm(let byteCount, let digest):
                if lcm == .said(nil) { lcm = .said(Module(byteCount: byteCount, digest: digest)) }
            case .nextInit(let path, let byteCount, let digest):
                if nextInit == .said(nil) {
                    nextInit = .said(NextInit(path: path, byteCount: byteCount, digest: digest))
                }
            case .domain(let record): domains.append(DomainStatement(record))
            case .configuration(let record): configuration = configuration ?? record
            case .cap: isCapped = true
            case .error(let stage, let domid, let text):
                errors.append(LaunchEvent.ErrorRecord(stage: stage, domid: domid, text: text))
                failedBefore = failedBefore || !isCapped
            }
        }
        if let configuration { configure(configuration) }
        ending = Ending(errors: errors, outcome: outcome, isWhole: isCapped && !failedBefore, isCapped: isCapped)
    }

    private mutating func configure(_ record: LaunchEvent.Configuration) {
        settings = Settings(
            tpmPolicy: record.tpmPolicy, coverage: record.coverage, handoff: record.handoff,
            handoffTarget: record.handoffTarget)
        var places: [UInt16: Int] = [:]
        for (index, domain) in domains.enumerated() { places[domain.label.domid] = index }
        for domain in record.domains {
            guard let index = places[domain.domid.rawValue] else { continue }
            domains[index].configuration = DomainStatement.Configuration(
                memory: domain.memory, dependencies: domain.dependencies, items: domain.items)
        }
    }
}

extension DomainStatement {
    fileprivate init(_ record: LaunchEvent.DomainRecord) {
        self.init(
            label: DomainLabel(domid: record.domid.rawValue, name: record.name), handle: record.handle,
            roles: record.roles, coverage: .said(record.coverage), vcpus: record.vcpus, entry: .said(record.entry),
            registers: .said(record.registers), commandLine: record.commandLine,
            regions: record.regions.map { region in
                Region(
                    role: region.role, segments: .said(region.segments), byteCount: .said(region.byteCount),
                    digest: .said(region.digest))
            }, namesEveryRegion: true, mutableRegions: record.mutableRegions, pageCount: .said(record.pageCount))
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Sequencer

/// What a launch did when, in microseconds: of the launch as a whole, and of each domain.
struct Timeline {
    enum Kind: String, CaseIterable {
        case asked, configured, hashed, extended, waited, failed
    }

    struct Span {
        var kind: Kind
        var start: UInt64
        var end: UInt64
    }

    struct Row {
        var domid: DomainID
        var name: [UInt8]
        var spans: [Span] = []
        var unpaused: UInt64?
        /// The same as `unpaused` where running is all that it needs.
        var ready: UInt64?
        /// The time within which it should have been ready was over then.
        var lateSince: UInt64?
        var waitsFor: [DomainID] = []

        /// Where what failed began, or the domain became late.
        var failedSince: UInt64? {
            [spans.first { $0.kind == .failed }?.start, lateSince].compactMap { $0 }.min()
        }
    }

    /// Everything that is about no single domain: questions, the launch's own records, waiting.
    private(set) var launch: [Span] = []
    private(set) var rows: [Row]
    private(set) var end: UInt64 = 0

    init(_ lcm: LCM, entries: [TraceEntry], ready: [(domid: DomainID, time: UInt64)]) {
        rows = lcm.domains.map { domain in
            Row(
                domid: domain.domid, name: domain.name,
                waitsFor: domain.dependencies.map { lcm.domains[$0].domid })
        }
        var places: [UInt16: Int] = [:]
        for (index, row) in rows.enumerated() { places[row.domid.rawValue] = index }
        // Records are extended in one order: identity, LCM and next init, then each domain's in LCM order.
        var record = lcm.settings.handoff == .execute ? -3 : -2
        for entry in entries {
            end = max(end, entry.end)
            let place = entry.domid.flatMap { places[$0.rawValue] }
            let kind = Self.kind(entry)
            let span = Span(kind: kind, start: entry.start, end: entry.end)
            switch (kind, place) {
            case (.extended, nil):
                if rows.indices.contains(record) { rows[record].add(span) } else { Self.add(span, to: &launch) }
                record += 1
            case (_, .some(let place)):
                if entry.operation == .unpause || entry.operation == .unpauseAtHandoff, entry.result == 0 {
                    rows[place].unpaused = entry.end
                    if lcm.domains[place].conduct.readiness == .unpaused { rows[place].ready = entry.end }
                } else {
                    rows[place].add(span)
                }
            default: Self.add(span, to: &launch)
            }
        }
        for (domid, time) in ready { if let place = places[domid.rawValue] { rows[place].ready = time } }
        for (place, domain) in lcm.domains.enumerated() where domain.conduct.readiness != .unpaused {
            guard let unpaused = rows[place].unpaused else { continue }
            let (deadline, isFar) = unpaused.addingReportingOverflow(UInt64(domain.conduct.timeout) * 1000)
            if !isFar, rows[place].ready ?? end > deadline { rows[place].lateSince = deadline }
        }
    }

    private static func kind(_ entry: TraceEntry) -> Kind {
        guard entry.result == 0 else { return .failed }
        switch entry.operation {
        case .maximumFrame, .pageTypes, .foreignMap, .getVCPUContext, .getVCPUInfo: return .hashed
        case .pcrExtend, .pcrRead: return .extended
        case .waitForEvent, .xenstoreWait: return .waited
        case .version, .buildID, .commandLine, .features, .flaskEnforcing, .physinfo, .schedulerID, .machineMemoryMap,
            .getInfoList, .getCapability, .readClock, .getTestResult, .setLocality, .xenstoreRead, .bindVIRQ:
            return .asked
        default: return .configured
        }
    }

    fileprivate static func add(_ span: Span, to spans: inout [Span]) {
        // One after the other, of one kind: one span.
        if let last = spans.last, last.kind == span.kind, span.start <= last.end + 50 {
            spans[spans.count - 1].end = max(last.end, span.end)
        } else {
            spans.append(span)
        }
    }
}

extension Timeline.Row {
    fileprivate mutating func add(_ span: Timeline.Span) { Timeline.add(span, to: &spans) }

    func time(_ kind: Timeline.Kind) -> UInt64 {
        spans.filter { $0.kind == kind }.reduce(0) { $0 + $1.end - $1.start }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// What must hold in every run, whatever goes wrong: DESIGN.md section 3.
struct Invariants {
    private let launch: SmallLaunch
    private let run: LaunchRun
    private let entries: [TraceEntry]
    private let recovery: DomainID?
    /// Successful unpauses, as places in `entries`.
    private let unpauses: [Int]

    init(_ launch: SmallLaunch, _ run: LaunchRun) {
        self.launch = launch
        self.run = run
        entries = run.journal.entries
        recovery = launch.module.domains.first { $0.roles.contains(.recovery) }?.domid
        unpauses = run.journal.entries.indices.filter {
            [.unpause, .unpauseAtHandoff].contains(run.journal.entries[$0].operation)
                && run.journal.entries[$0].result == 0
        }
    }

    /// The first that does not hold, in words; `nil` where all do. `hasTPMFault`: what the TPM holds in the end is not
    /// to be relied on.
    func broken(hasTPMFault: Bool) -> String? {
        measured() ?? untouched() ?? explained(hasTPMFault: hasTPMFault) ?? planned() ?? closed() ?? whole()
    }

    private var isRecovered: Bool { if case .recovered = run.end { true } else { false } }

    private var ordinary: [Int] { unpauses.filter { entries[$0].domid != recovery } }

    /// I1, I8: before the first domain runs all are measured, and the PCR is closed and read.
    private func measured() -> String? {
        if unpauses.contains(where: { entries[$0].domid == recovery }), !isRecovered {
            return "I1: the Recovery Domain runs in a launch that did not recover"
        }
        guard let first = ordinary.first else { return nil }
        guard run.journal.measurements.count == launch.module.domains.count else {
            return "I1: a domain runs, and \(run.journal.measurements.count) are measured"
        }
        let before = entries[..<first]
        guard let extend = before.lastIndex(where: { $0.operation == .pcrExtend }),
            let read = before.lastIndex(where: { $0.operation == .pcrRead && $0.result == 0 }), extend < read
        else { return "I1: a domain runs, and the PCR was not read after its last extend" }
        guard let capped = run.journal.eventLogs.first, let (records, replay) = Self.replay(capped) else {
            return "I1: a domain runs, and no log was written"
        }
        guard replay.outcome == .closed, replay.findings.isEmpty else {
            return "I8: a domain runs, and the log is open"
        }
        let held = Self.pcr(run.tpm.extends.prefix(records).map { $0.digests })
        return held == replay.values ? nil : "I1: a domain runs, and the PCR was not what the log says"
    }

    /// I2: only a place for the log is written, and never of a domain that runs.
    private func untouched() -> String? {
        for (place, entry) in entries.enumerated() where entry.operation == .foreignWrite {
            guard let domain = launch.module.domains.first(where: { $0.domid == entry.domid }), domain.logRegion != nil
            else { return "I2: memory is written that no log goes to" }
            if unpauses.contains(where: { $0 < place && entries[$0].domid == entry.domid }) {
                return "I2: the memory of a domain that runs is written"
            }
        }
        return nil
    }

    /// I3: the log is one that explains itself, and the PCR.
    private func explained(hasTPMFault: Bool) -> String? {
        guard let log = run.journal.eventLogs.last else {
            return run.end == nil && run.tpm.extends.isEmpty ? nil : "I3: no log"
        }
        guard let (_, replay) = Self.replay(log) else { return "I3: the log cannot be read" }
        if !hasTPMFault, !Self.isCapped(log) { return "I8: the PCR is left open" }
        if let finding = replay.findings.first { return "I3: the log contradicts itself: \(finding)" }
        let isGood = run.end == .complete
        if isGood != (replay.outcome == .closed) {
            return "I6: the log says \(replay.outcome.rawValue), the end is another"
        }
        if hasTPMFault, !isRecovered, !isGood { return nil }
        return run.tpm.registers[.sha256]?[11] == replay.values.first ? nil : "I3: the PCR is not what the log leads to"
    }

    /// I5: each operation at most once, in an order that the dependencies allow.
    private func planned() -> String? {
        var times: [UInt16: UInt64] = [:]
        for (domid, time) in run.ready { times[domid.rawValue] = time }
        var seen: [UInt16: Int] = [:]
        for place in unpauses {
            guard let domid = entries[place].domid,
                let domain = launch.module.domains.first(where: { $0.domid == domid })
            else { return "I5: a domain is unpaused that the LCM does not name" }
            if seen[domid.rawValue] != nil { return "I5: domain \(domid.rawValue) is unpaused twice" }
            seen[domid.rawValue] = place
            for other in domain.dependencies.map({ launch.module.domains[$0] }) {
                guard let earlier = seen[other.domid.rawValue], earlier < place else {
                    return "I5: domain \(domid.rawValue) runs before \(other.domid.rawValue)"
                }
                guard other.conduct.readiness != .unpaused else { continue }
                guard let time = times[other.domid.rawValue], time <= entries[place].start + 1 else {
                    return "I5: domain \(domid.rawValue) runs, and \(other.domid.rawValue) is not ready"
                }
            }
        }
        for operation in [Platform.Operation.maxVCPUs, .credit2Set] {
            for domain in launch.module.domains {
                let count = entries.count { $0.operation == operation && $0.domid == domain.domid && $0.result == 0 }
                if count > 1 { return "I5: \(operation.name) twice for domain \(domain.domid.rawValue)" }
            }
        }
        return nil
    }

    /// I6: after a failure that is in the log nothing runs but, where it is the answer, the Recovery Domain.
    private func closed() -> String? {
        guard run.end != .complete else { return nil }
        let last = entries.lastIndex { $0.operation == .pcrExtend } ?? 0
        let after = unpauses.filter { $0 > last }
        // A launch that fails before its first extend, or in the last of them, has none after.
        let firstUnpause = unpauses.first ?? entries.count
        guard last > firstUnpause || isRecovered else { return nil }
        guard isRecovered else { return after.isEmpty ? nil : "I6: a domain runs after the failure was recorded" }
        return after.count == 1 && entries[after[0]].domid == recovery ? nil : "I6: not the Recovery Domain alone"
    }

    /// A launch that says that it is complete is.
    private func whole() -> String? {
        guard run.end == .complete else { return nil }
        let late = Set((run.plan?.atHandoff ?? []).map { launch.module.domains[$0].domid.rawValue })
        let running = Set(run.unpaused.map { $0.rawValue })
        // Of those that the handoff unpauses nobody learns what became.
        for domain in launch.module.domains where !domain.roles.contains(.recovery) {
            guard running.contains(domain.domid.rawValue) || late.contains(domain.domid.rawValue) else {
                return "complete, and domain \(domain.domid.rawValue) does not run"
            }
        }
        let waiting = launch.module.domains.count { $0.conduct.readiness != .unpaused }
        return run.ready.count == waiting ? handedOver() : "complete, and not all are ready"
    }

    /// I6, I7: the handoff comes last, and unpauses nobody for whom the launch would have had to halt.
    private func handedOver() -> String? {
        guard entries.last?.operation == .shutdown else { return "I7: something is done after the handoff" }
        let late = entries.indices.filter { entries[$0].operation == .unpauseAtHandoff }
        if let first = late.first,
            entries[first...].contains(where: { ![.unpauseAtHandoff, .shutdown].contains($0.operation) })
        {
            return "I7: something is done between the handoff's unpauses"
        }
        for place in late {
            guard let domain = launch.module.domains.first(where: { $0.domid == entries[place].domid }),
                domain.conduct.onFailure == .skip, domain.conduct.readiness == .unpaused
            else { return "I6: the handoff unpauses a domain whose failure would have to be seen" }
        }
        return nil
    }

    private static func replay(_ log: [UInt8]) -> (records: Int, replay: LogReplay)? {
        do throws(LogError) {
            let reader = try EventLogReader(parsing: log)
            return (reader.records.count, LogReplay(reader, hashing: SwiftCryptoHash.self))
        } catch {
            return nil
        }
    }

    private static func isCapped(_ log: [UInt8]) -> Bool {
        do throws(LogError) {
            return try EventLogReader(parsing: log).records.contains {
                if case .separator = $0.content { true } else { false }
            }
        } catch {
            return false
        }
    }

    private static func pcr(_ extends: [[Digest]]) -> [Digest] {
        guard var value = Digest(.sha256, bytes: [UInt8](repeating: 0, count: 32)) else { return [] }
        for digests in extends {
            for digest in digests where digest.algorithm == .sha256 {
                value = SwiftCryptoHash.digest(.sha256, of: value.bytes + digest.bytes)
            }
        }
        return [value]
    }
}

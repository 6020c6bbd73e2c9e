// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Platform
import Sequencer
import SimulatedPlatform

/// I1, I2, I3 and I8: what ran was measured, is what was measured, and the PCR says so.
extension Invariants {
    /// I1, I8: before the first domain runs all are measured, and the PCR is closed and read in every bank.
    func measured() -> String? {
        if unpauses.contains(where: { entries[$0].domid == recovery }), !isRecovered {
            return "I1: the Recovery Domain runs in a launch that did not recover"
        }
        if !unpauses.isEmpty, beganAnew { return "I1: a domain runs, and the TPM had begun anew" }
        guard let first = ordinary.first else { return nil }
        guard run.journal.measurements.count == launch.lcm.domains.count else {
            return "I1: a domain runs, and not every one is measured"
        }
        guard let capped = run.journal.eventLogs.first, let (reader, replay) = Self.replay(capped) else {
            return "I1: a domain runs, and no log was written"
        }
        if replay.outcome == .unmeasured, replay.findings.isEmpty { return unmeasured }
        let before = entries[..<first]
        guard let extend = before.lastIndex(where: { $0.operation == .pcrExtend }),
            let read = before.lastIndex(where: { $0.operation == .pcrRead && $0.result == 0 }), extend < read
        else { return "I1: a domain runs, and the PCR was not read after its last extend" }
        guard replay.outcome == .closed, replay.findings.isEmpty else {
            return "I8: a domain runs, and the log is open"
        }
        guard reader.banks.map({ $0.rawValue }) == run.tpm.banks.sorted() else {
            return "I8: a domain runs, and a bank is open"
        }
        let held = Self.values(reader.banks, run.tpm.extends.prefix(reader.records.count).map { $0.digests })
        return held == replay.values ? nil : "I1: a domain runs, and the PCR was not what the log says"
    }

    /// A launch without a TPM: the policy allows it, and none answered.
    private var unmeasured: String? {
        guard launch.lcm.settings.tpmPolicy < .require else { return "I1: a domain runs without the required TPM" }
        let answer = entries.first { $0.operation == .getCapability }?.result ?? 0
        guard answer == 0x101 || answer >> 16 & 0xFF == 0x0A else { return "I8: a TPM that answers is taken for none" }
        return entries.contains { $0.operation == .pcrExtend } ? "I8: a launch without a TPM extends one" : nil
    }

    /// Reset, restarted or resumed after the first question for the counts and before the last one before an unpause.
    private var beganAnew: Bool {
        guard let fault, [.reset, .restart, .resume].contains(fault.kind) else { return false }
        var (command, first, last) = (0, Int.max, 0)
        for (place, entry) in entries.enumerated() {
            if unpauses.contains(place), first < fault.command, fault.command <= last { return true }
            guard Self.tpmOperations.contains(entry.operation) else { continue }
            if entry.operation == .readClock { (first, last) = (min(first, command), command) }
            command += 1
        }
        return false
    }

    static let tpmOperations: [Platform.Operation] = [
        .getCapability, .readClock, .pcrExtend, .pcrRead, .getTestResult, .setLocality,
    ]

    /// I2: only a place for the log is written, never of a domain that runs, and with a whole log.
    func untouched() -> String? {
        for (place, entry) in entries.enumerated() where entry.operation == .foreignWrite {
            guard domain(entry.domid)?.logRegion != nil else { return "I2: memory is written that no log goes to" }
            if unpauses.contains(where: { $0 < place && entries[$0].domid == entry.domid }) {
                return "I2: the memory of a domain that runs is written"
            }
        }
        for place in unpauses {
            guard let domain = domain(entries[place].domid), let region = domain.logRegion else { continue }
            guard entries[..<place].contains(where: { $0.operation == .foreignWrite && $0.domid == domain.domid })
            else {
                return "I2: a domain runs that has not got its log"
            }
            // One that died has no memory any more.
            guard let memory = run.host.domainsByID[domain.domid.rawValue]?.memory else { continue }
            let isThere = run.journal.eventLogs.contains { log in
                var bytes = Array("DOMB LOG".utf8)
                bytes.append(littleEndian: UInt64(log.count), byteCount: 8)
                return memory.bytes(
                    at: region.address, count: bytes.count + log.count) == bytes + log
            }
            if !isThere { return "I2: a domain has another log than was published" }
        }
        return nil
    }

    /// I3: the log is one that explains itself, and the PCR in every bank.
    func explained() -> String? {
        guard let log = run.journal.eventLogs.last else {
            return run.end == nil && run.tpm.extends.isEmpty ? nil : "I3: no log"
        }
        guard let (reader, replay) = Self.replay(log) else { return "I3: the log cannot be read" }
        let withoutTPM = Self.isUnmeasured(reader)
        if fault == nil, !Self.isCapped(reader) { return "I8: the PCR is left open" }
        if let finding = replay.findings.first { return "I3: the log contradicts itself: \(finding.text)" }
        let isGood = run.end == .complete
        guard isGood == [.closed, .unmeasured].contains(replay.outcome) else {
            return "I6: the log says \(replay.outcome.rawValue), the end is another"
        }
        if isPartial, !withoutTPM, !isDeceived, !isHeld(reader, replay.values) {
            return "I6: a launch ends as partial, and its error is not in the PCR"
        }
        if withoutTPM || (fault != nil && !isRecovered && !isGood) { return nil }
        return isHeld(reader, replay.values) ? nil : "I3: the PCR is not what the log leads to"
    }

    private static func values(_ banks: [HashAlgorithm], _ extends: [[Digest]]) -> [Digest] {
        banks.map { bank in
            var value = [UInt8](repeating: 0, count: bank.digestSize)
            for digest in extends.joined() where digest.algorithm == bank {
                value = SwiftCryptoHash.digest(bank, of: value + digest.bytes).bytes
            }
            return Digest(bank, exactly: value)
        }
    }
}

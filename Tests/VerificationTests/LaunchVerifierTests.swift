// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

@Suite struct LaunchVerifierTests {
    private func verify(
        _ bytes: [UInt8], _ change: (inout Evidence) throws -> Void = { _ in }
    ) throws -> LaunchVerifier<SwiftCryptoHash> {
        var evidence = Evidence()
        evidence.withoutLauncher = true
        try change(&evidence)
        return LaunchVerifier(try EventLogReader(parsing: bytes), evidence, hashing: SwiftCryptoHash.self)
    }

    private func pcrs(_ text: String) throws -> PCRValues { try PCRValues(parsing: Array(text.utf8)) }

    private func failures(_ verifier: LaunchVerifier<SwiftCryptoHash>) -> [Check.Subject] {
        verifier.checks.filter { $0.status == .failed }.map(\.subject)
    }

    @Test func withoutEvidenceNothingProvesALog() throws {
        let log = try QuotedLog.launch()
        #expect(try failures(verify(log.bytes)) == [.evidence])
        #expect(try verify(log.bytes) { $0.logOnly = true }.isGood)
    }

    @Test func launcherIsUnprovenUnlessThatIsSaidToBeAllRight() throws {
        let log = try QuotedLog.launch()
        let values = try pcrs(log.pcrText(records: log.records.count))
        let strict = try verify(log.bytes) {
            $0.pcrs = values
            $0.withoutLauncher = false
        }
        #expect(failures(strict) == [.firmware])
        let lenient = try verify(log.bytes) { $0.pcrs = values }
        #expect(lenient.isGood)
        #expect(lenient.checks.contains { $0.subject == .firmware && $0.status == .warning })
    }

    /// Every bank of the log must be in the file, and every bank with values must be in the log.
    @Test func banksOfLogAndTPMMustBeTheSame() throws {
        let two = try QuotedLog.launch(banks: [.sha1, .sha256])
        let one = try QuotedLog.launch(banks: [.sha256])
        let twoValues = two.pcrText(records: two.records.count)
        let oneValue = one.pcrText(records: one.records.count)
        #expect(try failures(verify(one.bytes) { $0.pcrs = try pcrs(twoValues) }) == [.pcrs])
        #expect(try failures(verify(two.bytes) { $0.pcrs = try pcrs(oneValue) }) == [.pcrs])
        #expect(try failures(verify(two.bytes) { $0.pcrs = try pcrs(twoValues + "  sha512:\n") }).isEmpty)
        let unknown = "  sm3_256:\n    0 : 0x" + String(repeating: "00", count: 32) + "\n"
        #expect(try failures(verify(two.bytes) { $0.pcrs = try pcrs(twoValues + unknown) }) == [.pcrs])
    }

    @Test func onlyAClosedLaunchOfABootDomainIsGood() throws {
        func failed(_ recorder: Recorder<SwiftCryptoHash>, _ allow: Bool = false) throws -> [Check.Subject] {
            let log = try QuotedLog(recorder.log.bytes)
            return try failures(
                verify(log.bytes) {
                    $0.pcrs = try pcrs(log.pcrText(records: log.records.count))
                    $0.allowCommand = allow
                })
        }
        let banks: [HashAlgorithm] = [.sha256]
        #expect(try failed(QuotedLog.recorder(banks: banks)).isEmpty)
        #expect(try failed(QuotedLog.recorder(banks: banks, capped: false)) == [.launch])
        let error = LaunchEvent.error(stage: 8, domid: nil, text: Array("x\u{1B}[2J".utf8))
        var late = try QuotedLog.recorder(banks: banks)
        _ = late.record(error)
        #expect(try failed(late) == [.launch])
        var early = try QuotedLog.recorder(banks: banks, capped: false)
        _ = early.record(error)
        _ = early.recordCap(launchFailed: true)
        #expect(try failed(early) == [.launch])
        let command = try QuotedLog.recorder(banks: banks, launcher: .command)
        #expect(try failed(command) == [.launch])
        #expect(try failed(command, true).isEmpty)
    }

    /// No text of a log can move a cursor.
    @Test func errorOfALaunchIsPrintedWithoutItsControlCharacters() throws {
        var late = try QuotedLog.recorder(banks: [.sha256])
        _ = late.record(.error(stage: 8, domid: nil, text: Array("x\u{1B}[2J".utf8)))
        let verifier = try verify(late.log.bytes)
        #expect(verifier.checks.contains { $0.text.contains("x\\x1b[2J") })
    }

    @Test func expectedValuesMustBeThoseOfEveryBank() throws {
        let log = try QuotedLog.launch(banks: [.sha256, .sha384])
        let replay = LogReplay(try EventLogReader(parsing: log.bytes), hashing: SwiftCryptoHash.self)
        func failed(_ pcr: UInt8, _ values: [Digest]) throws -> Int {
            let verifier = try verify(log.bytes) {
                $0.logOnly = true
                $0.expected = [ExpectedLaunch(source: "x", pcr: pcr, values: values)]
            }
            return verifier.checks.count { $0.code == .expectedValue && $0.status == .failed }
        }
        #expect(try failed(11, replay.values) == 0)
        #expect(try failed(12, replay.values) == 1)
        #expect(try failed(11, [replay.values[0]]) == 1)
        #expect(try failed(11, [replay.values[0], SwiftCryptoHash.digest(.sha384, of: [])]) == 1)
        // Banks that are predicted and not active are no loss.
        #expect(try failed(11, replay.values + [SwiftCryptoHash.digest(.sha512, of: [])]) == 0)
    }
}

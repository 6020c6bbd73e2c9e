// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Measurement

typealias TestRecorder = Recorder<SwiftCryptoHash>

@Suite struct RecorderTests {
    private static let identity = LaunchEvent.identity(
        LaunchEvent.Identity(
            buildID: [1], commandLine: [2], xenVersion: [3], xenBuildID: [4], xenCommandLine: [5],
            securityMode: .none))

    private func cappedRecorder(_ banks: [HashAlgorithm]) -> (TestRecorder, [[Digest]]) {
        var recorder = TestRecorder(pcr: .standard, banks: banks)
        let steps = [recorder.record(Self.identity).extension] + recorder.recordCap(launchFailed: false)
        return (recorder, steps.map { $0.digests })
    }

    @Test(arguments: [[HashAlgorithm.sha256], [.sha1, .sha256], HashAlgorithm.allCases])
    func thePredictionIsWhatATPMHolds(banks: [HashAlgorithm]) throws {
        var tpm = SimulatedTPM(banks: banks.map(\.rawValue))
        let (recorder, extends) = cappedRecorder(banks)
        for digests in extends { try tpm.extend(.standard, digests) }
        #expect(try tpm.read(.standard, banks: recorder.log.banks) == recorder.predicted)
    }

    @Test func theDigestOfARecordIsTheHashOfItsData() {
        var recorder = TestRecorder(pcr: .standard, banks: [.sha1, .sha256])
        let digests = recorder.record(Self.identity).extension.digests
        let data = Self.identity.encoded(sequence: 0)
        #expect(digests == [.sha1, .sha256].map { SwiftCryptoHash.digest($0, of: data) })
    }

    @Test func theCapDoesNotDependOnTheBanks() {
        func capData(_ banks: [HashAlgorithm]) -> Digest {
            var recorder = TestRecorder(pcr: .standard, banks: banks)
            _ = recorder.record(Self.identity)
            let cap = recorder.recordCap(launchFailed: false)[0].digests
            return cap.first { $0.algorithm == .sha256 } ?? cap[0]
        }
        #expect(capData([.sha256]) == capData([.sha1, .sha256, .sha384]))
    }

    @Test func noProofBeforeTheCap() {
        var recorder = TestRecorder(pcr: .standard, banks: [.sha256])
        _ = recorder.record(Self.identity)
        #expect(throws: MeasurementError.notCapped) { _ = try recorder.prove(readBack: recorder.predicted) }
        #expect(throws: MeasurementError.notCapped) { _ = try recorder.proveUnmeasured(policy: .off) }
    }

    @Test func noProofIfOneBankOfTwoDiffers() {
        let (recorder, _) = cappedRecorder([.sha1, .sha256])
        var readBack = recorder.predicted
        var bytes = readBack[1].bytes
        bytes[31] ^= 1
        readBack[1] = Digest(.sha256, exactly: bytes)
        #expect(throws: MeasurementError.pcrMismatch(.sha256)) { _ = try recorder.prove(readBack: readBack) }
        #expect(throws: MeasurementError.notCapped) { _ = try recorder.prove(readBack: [readBack[0]]) }
    }

    @Test func aRequiredTPMCannotBeDoneWithout() {
        let (recorder, _) = cappedRecorder([.sha256])
        #expect(throws: MeasurementError.tpmRequired) { _ = try recorder.proveUnmeasured(policy: .require) }
    }

    @Test func sequenceNumbersTellEqualRecordsApart() {
        #expect(Self.identity.encoded(sequence: 0) != Self.identity.encoded(sequence: 1))
    }

    /// Moving a byte from one field to the next must change the record: fields are counted, not joined.
    @Test func fieldsDoNotRunIntoEachOther() {
        let left = LaunchEvent.identity(
            LaunchEvent.Identity(
                buildID: [1, 2], commandLine: [3], xenVersion: [], xenBuildID: [], xenCommandLine: [],
                securityMode: .none))
        let right = LaunchEvent.identity(
            LaunchEvent.Identity(
                buildID: [1], commandLine: [2, 3], xenVersion: [], xenBuildID: [], xenCommandLine: [],
                securityMode: .none))
        #expect(left.encoded(sequence: 0) != right.encoded(sequence: 0))
    }
}

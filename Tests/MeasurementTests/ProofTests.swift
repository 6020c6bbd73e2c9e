// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Measurement

/// What a proof wants: everything, in every bank, byte for byte.
@Suite struct ProofTests {
    private typealias Log = Recorder<SwiftCryptoHash>
    private static let banks: [[HashAlgorithm]] = [[.sha256], [.sha1, .sha256], HashAlgorithm.allCases]
    private static let identity = LaunchEvent.identity(
        LaunchEvent.Identity(
            buildID: [1], commandLine: [2], xenVersion: [3], xenBuildID: [4], xenCommandLine: [5], securityMode: .none))

    private func domid(_ number: UInt16) throws -> DomainID { try #require(DomainID(rawValue: number)) }

    private func domain(_ number: UInt16) throws -> LaunchEvent {
        .domain(
            LaunchEvent.DomainRecord(
                domid: try domid(number), name: [], handle: .unset, roles: [], coverage: .all, vcpus: 1, entry: 0,
                registers: SwiftCryptoHash.digest(.sha256, of: []), commandLine: [], regions: []))
    }

    private func recorder(_ banks: [HashAlgorithm], _ events: [LaunchEvent], capped: Bool? = nil) -> Log {
        var recorder = Log(pcr: .standard, banks: banks)
        for event in events { _ = recorder.record(event) }
        if let capped { _ = recorder.recordCap(launchFailed: !capped) }
        return recorder
    }

    private func problem(_ body: () throws(MeasurementError) -> Void) -> MeasurementError? {
        do throws(MeasurementError) { try body() } catch { return error }
        return nil
    }

    private func proveProblem(_ recorder: Log, _ values: [Digest]) -> MeasurementError? {
        problem { () throws(MeasurementError) in _ = try recorder.prove(readBack: values) }
    }

    @Test(arguments: banks) func everyByteOfEveryBankIsCompared(_ banks: [HashAlgorithm]) {
        let recorder = recorder(banks, [Self.identity], capped: true)
        #expect(proveProblem(recorder, recorder.predicted) == nil)
        for (index, good) in recorder.predicted.enumerated() {
            for place in good.bytes.indices {
                var bytes = good.bytes
                bytes[place] ^= 0x80
                var values = recorder.predicted
                values[index] = Digest(good.algorithm, exactly: bytes)
                #expect(proveProblem(recorder, values) == .pcrMismatch(good.algorithm), "byte \(place)")
            }
        }
    }

    @Test(arguments: banks) func noBankMayBeMissingAndNoneMore(_ banks: [HashAlgorithm]) {
        let recorder = recorder(banks, [Self.identity], capped: true)
        let all = recorder.predicted
        for count in all.indices { #expect(proveProblem(recorder, [Digest](all.prefix(count))) == .notCapped) }
        #expect(proveProblem(recorder, all + [all[0]]) == .notCapped)
        guard all.count > 1 else { return }
        #expect(proveProblem(recorder, all.reversed()) == .pcrMismatch(all[0].algorithm))
    }

    @Test func anOpenLogProvesNothing() {
        let recorder = recorder([.sha256], [Self.identity])
        #expect(proveProblem(recorder, recorder.predicted) == .notCapped)
        for policy in [TPMPolicy.off, .warn, .require] {
            #expect(
                problem { () throws(MeasurementError) in _ = try recorder.proveUnmeasured(policy: policy) }
                    == .notCapped)
        }
    }

    @Test(
        arguments: [(TPMPolicy.off, nil), (.warn, nil), (.require, .tpmRequired)] as [(TPMPolicy, MeasurementError?)])
    func thePolicySaysWhetherATPMCanBeDoneWithout(_ policy: TPMPolicy, _ expected: MeasurementError?) {
        let recorder = recorder([.sha256], [Self.identity], capped: true)
        #expect(problem { () throws(MeasurementError) in _ = try recorder.proveUnmeasured(policy: policy) } == expected)
    }

    /// The Recovery Domain's own record, the error, the cap and the value: each is wanted.
    @Test(arguments: banks) func aRecoveryIsProvenByRecordErrorCapAndValue(_ banks: [HashAlgorithm]) throws {
        let error = LaunchEvent.error(stage: 6, domid: nil, text: [])
        let (one, first, second) = (try domid(1), try domain(1), try domain(2))
        func recoveryProblem(_ recorder: Log, _ values: [Digest]) -> MeasurementError? {
            problem { () throws(MeasurementError) in _ = try recorder.proveRecovery(of: one, readBack: values) }
        }
        let whole = recorder(banks, [Self.identity, first, second, error], capped: false)
        #expect(recoveryProblem(whole, whole.predicted) == nil)
        for lacking in [
            recorder(banks, [Self.identity, second, error], capped: false),
            recorder(banks, [Self.identity, first, second], capped: false),
            recorder(banks, [Self.identity, first, second, error]),
        ] { #expect(recoveryProblem(lacking, lacking.predicted) == .notCapped) }
        for index in whole.predicted.indices {
            var values = whole.predicted
            values[index] = Digest(
                values[index].algorithm, exactly: [UInt8](repeating: 0, count: values[index].bytes.count))
            #expect(recoveryProblem(whole, values) == .pcrMismatch(values[index].algorithm))
        }
        #expect(recoveryProblem(whole, []) == .notCapped)
    }

    /// TCG PC Client Platform Firmware Profile 1.06, 3.3.2.2: the separator's data says whether it ends well.
    @Test(arguments: banks, [(false, 0), (true, 1)] as [(Bool, UInt8)])
    func theSeparatorTellsAFailedLaunchFromAGoodOne(_ banks: [HashAlgorithm], _ end: (failed: Bool, byte: UInt8)) {
        var recorder = recorder(banks, [Self.identity])
        let separator = recorder.recordCap(launchFailed: end.failed)[1]
        let data: [UInt8] = [end.byte, 0, 0, 0]
        #expect(separator.digests == recorder.log.banks.map { SwiftCryptoHash.digest($0, of: data) })
        #expect(separator.after == recorder.predicted)
        #expect(recorder.log.bytes.suffix(8) == [4, 0, 0, 0] + data)
    }

    /// The cap counts the records before it, and its digest is over the data of each of them in turn.
    @Test(arguments: 1...5) func theCapIsOverEveryRecordBefore(count: Int) throws {
        var recorder = Log(pcr: .standard, banks: [.sha256])
        #expect(recorder.isEmpty)
        var data: [UInt8] = []
        for index in 0..<count {
            let event = index == 0 ? Self.identity : try domain(UInt16(index))
            data += event.encoded(sequence: UInt32(index))
            _ = recorder.record(event)
            #expect(!recorder.isEmpty && !recorder.isCapped && !recorder.hasError)
        }
        let digest = SwiftCryptoHash.digest(.sha256, of: data)
        let cap = LaunchEvent.cap(records: UInt32(count), digest: digest).encoded(sequence: UInt32(count))
        #expect(recorder.recordCap(launchFailed: false)[0].digests == [SwiftCryptoHash.digest(.sha256, of: cap)])
        #expect(recorder.isCapped)
        #expect(recorder.domains == (try (1..<max(1, count)).map { try domid(UInt16($0)) }))
    }

    /// What one record does to the PCR is told with it: the value without it, and with it.
    @Test func eachStepBeginsWhereTheOneBeforeItEnds() throws {
        var recorder = Log(pcr: .standard, banks: [.sha1, .sha256])
        var steps = [recorder.record(Self.identity).extension, recorder.record(try domain(1)).extension]
        steps += recorder.recordCap(launchFailed: false)
        #expect(steps[0].before.allSatisfy { $0.bytes.allSatisfy { $0 == 0 } })
        for (left, right) in zip(steps, steps.dropFirst()) { #expect(left.after == right.before) }
        for step in steps {
            let after = zip(step.before, step.digests).map {
                SwiftCryptoHash.digest($0.algorithm, of: $0.bytes + $1.bytes)
            }
            #expect(step.after == after)
        }
        #expect(steps.last?.after == recorder.predicted)
    }
}

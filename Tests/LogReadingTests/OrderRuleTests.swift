// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import LogReading

/// The order of a log's records, by logs that are right in all else: sequence numbers, digests and the cap are those that
/// the recorder writes for the records as they stand, so no other finding hides the one that is looked for.
@Suite struct OrderRuleTests {
    private typealias Log = Recorder<SwiftCryptoHash>

    private enum Step: Equatable {
        case identity, unmeasured, lcm, nextInit, domain(UInt16), configuration([UInt16]), error, cap, failedCap

        func event() throws -> LaunchEvent? {
            let digest = SwiftCryptoHash.digest(.sha256, of: [1])
            switch self {
            case .identity:
                return .identity(
                    LaunchEvent.Identity(
                        buildID: [1], commandLine: [], xenVersion: [], xenBuildID: [], xenCommandLine: [],
                        securityMode: .none))
            case .unmeasured: return .unmeasured(.warn)
            case .lcm: return .lcm(byteCount: 5, digest: digest)
            case .nextInit: return .nextInit(path: [0x2F], byteCount: 7, digest: digest)
            case .domain(let number):
                return .domain(
                    LaunchEvent.DomainRecord(
                        domid: try #require(DomainID(rawValue: number)), name: [], handle: .unset, roles: [],
                        coverage: .all, vcpus: 1, entry: 0, registers: digest, commandLine: [], regions: []))
            case .configuration(let numbers):
                return .configuration(
                    LaunchEvent.Configuration(
                        tpmPolicy: .warn, coverage: .all, handoff: .shutdown, handoffTarget: [],
                        domains: try numbers.map { number in
                            LaunchEvent.Configuration.Domain(
                                domid: try #require(DomainID(rawValue: number)), memory: 4, dependencies: [], items: [])
                        }))
            case .error: return .error(stage: 8, domid: nil, text: [])
            case .cap, .failedCap: return nil
            }
        }
    }

    private static let whole: [Step] = [
        .identity, .unmeasured, .lcm, .nextInit, .domain(3), .domain(1), .domain(2), .configuration([3, 1, 2]), .cap,
    ]

    private func log(_ steps: [Step], _ banks: [HashAlgorithm] = [.sha256]) throws -> [UInt8] {
        var recorder = Log(pcr: .standard, banks: banks)
        for step in steps {
            if let event = try step.event() {
                _ = recorder.record(event)
            } else {
                _ = recorder.recordCap(launchFailed: step == .failedCap)
            }
        }
        return recorder.log.bytes
    }

    private func replay(_ bytes: [UInt8]) throws -> LogReplay {
        LogReplay(try EventLogReader(parsing: bytes), hashing: SwiftCryptoHash.self)
    }

    private func findings(_ steps: Step...) throws -> [String] {
        try replay(try log(steps)).findings.map { $0.description }
    }

    @Test func aLogInOrderHasNoFinding() throws {
        let replay = try replay(try log(Self.whole))
        #expect(replay.findings.isEmpty && replay.outcome == .unmeasured)
    }

    /// Each record left out, said a second time, or said at any other place. Two may be missing; and which domain comes
    /// before which is the LCM's to say, as long as the configuration says the same.
    @Test func everyRecordHasItsPlace() throws {
        let count = Self.whole.count - 1
        for index in 0..<count {
            let step = Self.whole[index]
            var missing = Self.whole
            missing.remove(at: index)
            let mayBeMissing = step == .unmeasured || step == .nextInit
            #expect(try replay(try log(missing)).findings.isEmpty == mayBeMissing, "without \(step)")
            for place in 0...(count + 1) {
                var doubled = Self.whole
                doubled.insert(step, at: place)
                #expect(try !replay(try log(doubled)).findings.isEmpty, "\(step) again at \(place)")
                guard place < count, place != index else { continue }
                var moved = Self.whole
                moved.remove(at: index)
                moved.insert(step, at: place)
                #expect(try !replay(try log(moved)).findings.isEmpty, "\(step) at \(place)")
            }
        }
    }

    /// Every set of records in every order: good where they are a launch's, and only there.
    @Test func noOtherOrderOfFewRecordsIsGood() throws {
        let steps: [Step] = [.identity, .lcm, .nextInit, .domain(1), .configuration([1]), .cap]
        var good: [[Step]] = []
        func extend(_ so: [Step]) throws {
            if so.last == .cap, try replay(try log(so)).findings.isEmpty { good.append(so) }
            guard so.last != .cap else { return }
            for step in steps where !so.contains(step) { try extend(so + [step]) }
        }
        try extend([])
        let expected: [[Step]] = [
            [.identity, .lcm, .nextInit, .domain(1), .configuration([1]), .cap],
            [.identity, .lcm, .domain(1), .configuration([1]), .cap],
        ]
        #expect(good == expected)
    }

    @Test func theFindingSaysWhat() throws {
        #expect(
            try findings(.identity, .lcm, .domain(1), .domain(1), .configuration([1, 1]), .cap)
                == [
                    "record 4: domain 1 a second time",
                    "record 5: the configuration is not of the domains that were measured",
                ])
        #expect(
            try findings(.identity, .lcm, .domain(1), .cap)
                == ["record 4: a cap, and the configuration is missing"])
        #expect(
            try findings(.identity, .cap)
                == ["record 2: a cap, and the LCM is missing"])
        #expect(
            try findings(.identity, .nextInit, .domain(1), .configuration([1]), .cap)
                == ["record 2: next-init, and the LCM is missing", "record 4: configuration, and the LCM is missing"])
        #expect(
            try findings(.identity, .unmeasured, .configuration([]), .cap)
                == ["record 3: configuration, and the LCM is missing"])
        #expect(
            try findings(.identity, .nextInit, .error, .failedCap)
                == ["record 2: next-init, and the LCM is missing"])
        #expect(try findings(.cap) == ["record 1: a cap, and the identity is missing"])
        #expect(
            try findings(.identity, .domain(1), .lcm, .configuration([1]), .cap)
                == ["record 2: domain out of its place", "record 3: lcm out of its place"])
        #expect(
            try findings(.identity, .lcm, .configuration([]), .domain(1), .cap)
                == ["record 4: domain out of its place"])
        #expect(
            try findings(.lcm, .identity, .configuration([]), .cap)
                == ["record 1: lcm where identity comes first", "record 2: identity out of its place"])
        for domids in [[1], [2, 1], [1, 2, 3], [], [1, 3]] as [[UInt16]] {
            #expect(
                try findings(.identity, .lcm, .domain(1), .domain(2), .configuration(domids), .cap)
                    == ["record 5: the configuration is not of the domains that were measured"])
        }
    }

    /// An error may end a launch before its cap or follow it; a separator says which it was.
    @Test func anErrorAndItsSeparatorSayTheSame() throws {
        let records: [Step] = [.identity, .lcm, .domain(1), .configuration([1])]
        func outcome(_ more: Step...) throws -> (LogReplay.Outcome, [String]) {
            let replay = try replay(try log(records + more))
            return (replay.outcome, replay.findings.map { $0.description })
        }
        #expect(try outcome(.cap) == (.closed, []))
        #expect(try outcome(.cap, .error) == (.failed, []))
        #expect(try outcome(.error, .failedCap) == (.failed, []))
        #expect(try outcome(.error) == (.failed, []))
        #expect(try outcome(.error, .cap) == (.failed, ["record 7: an error, and a good separator"]))
        #expect(
            try outcome(.failedCap) == (.failed, ["record 6: a separator that tells of an error, and there is none"]))
        #expect(try outcome(.cap, .error, .error) == (.failed, ["record 8: a second error"]))
        #expect(try outcome(.error, .error, .failedCap).1 == ["record 6: a second error"])
        #expect(try outcome(.cap, .cap).1.contains("record 7: a second cap"))
        #expect(try outcome(.cap, .domain(2)).1.contains("record 7: a measurement after the cap"))
        #expect(try outcome(.error, .domain(2)).1.contains("record 6: a measurement after an error"))
        #expect(try outcome(.cap, .unmeasured).1.contains("record 7: a measurement after the cap"))
        // A launch that failed may have come to any point.
        for count in records.indices {
            let replay = try replay(try log([Step](records.prefix(count)) + [.error, .failedCap]))
            #expect(replay.findings.isEmpty && replay.outcome == .failed)
        }
    }
}

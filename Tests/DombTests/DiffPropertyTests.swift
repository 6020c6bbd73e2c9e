// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// Whatever two launches are, a difference is found if and only if there is one.
@Suite struct DiffPropertyTests {
    private func domain(_ domid: DomainID, _ random: inout SeededGenerator) -> LaunchEvent.DomainRecord {
        let roles: [RegionRole] = [.kernel, .ramdisk, .startInfo, .acpi, .config]
        let regions = (0..<Int.random(in: 0..<4, using: &random)).compactMap { _ in
            roles.randomElement(using: &random).map {
                MeasuredRegion(role: $0, segments: random.segments(), digest: random.digest())
            }
        }
        let logRegion =
            random.isOneIn(2) ? nil : Segment(address: random.small(), byteCount: random.small())
        return LaunchEvent.DomainRecord(
            domid: domid, name: [UInt8.random(in: 97...99, using: &random)],
            handle: DomainHandle(high: 0, low: UInt64.random(in: 0...1, using: &random)),
            roles: random.isOneIn(3) ? [.control] : [], coverage: random.isOneIn(3) ? .images : .all,
            vcpus: UInt32(random.small()), entry: random.small(), registers: random.digest(),
            commandLine: random.text(), regions: regions, logRegion: logRegion, pageCount: random.small())
    }

    private func configuration(
        _ domid: DomainID, among domids: [DomainID], _ random: inout SeededGenerator
    ) -> LaunchEvent.Configuration.Domain {
        let items = (0..<Int.random(in: 0..<4, using: &random)).compactMap { _ in
            ConfigurationItem.Kind.allCases.randomElement(using: &random).map { kind in
                ConfigurationItem(kind, (0..<Int.random(in: 0..<3, using: &random)).map { _ in random.small() })
            }
        }
        return LaunchEvent.Configuration.Domain(
            domid: domid, memory: random.small(), dependencies: domids.filter { _ in random.isOneIn(2) }, items: items)
    }

    private func launch(_ random: inout SeededGenerator) -> TestLog {
        var log = TestLog(empty: ())
        log.banks = [.sha256]
        log.identity = LaunchEvent.Identity(
            launcher: random.isOneIn(3) ? .command : .bootDomain, buildID: [UInt8(random.small())],
            commandLine: random.text(), xenVersion: random.text(), xenBuildID: [UInt8(random.small())],
            xenCommandLine: random.text(), securityMode: random.isOneIn(3) ? .enforcing : .none)
        log.policyWithoutTPM = random.isOneIn(4) ? [TPMPolicy.off, .warn].randomElement(using: &random) : nil
        log.moduleByteCount = random.small()
        log.moduleDigest = random.digest()
        let target = random.text()
        log.nextInit = random.isOneIn(3) ? (target, random.small(), random.digest()) : nil
        let domids = (1...4).shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random))
            .compactMap { DomainID(rawValue: UInt16($0)) }
        log.domains = domids.map { domain($0, &random) }
        log.configuration = LaunchEvent.Configuration(
            tpmPolicy: random.isOneIn(3) ? .warn : .require, coverage: random.isOneIn(3) ? .images : .all,
            handoff: random.isOneIn(3) ? .park : .shutdown, handoffTarget: random.isOneIn(2) ? target : random.text(),
            domains: domids.map { configuration($0, among: domids, &random) })
        finish(&log, &random)
        return log
    }

    private func finish(_ log: inout TestLog, _ random: inout SeededGenerator) {
        log.isCapped = !random.isOneIn(5)
        log.errorAtDomain = nil
        log.error = nil
        if random.isOneIn(4) {
            log.error = LaunchEvent.ErrorRecord(
                stage: UInt8(random.small()), domid: DomainID(rawValue: 1), text: random.text())
            if random.isOneIn(2) { log.errorAtDomain = Int.random(in: 0...log.domains.count, using: &random) }
        }
    }

    /// The same launch with a part or two from another.
    private func variant(of log: TestLog, _ random: inout SeededGenerator) -> TestLog {
        var result = log
        let other = launch(&random)
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            switch Int.random(in: 0..<9, using: &random) {
            case 0: result.identity = other.identity
            case 1: result.moduleDigest = other.moduleDigest
            case 2: result.nextInit = other.nextInit
            case 3: result.policyWithoutTPM = other.policyWithoutTPM
            case 4: finish(&result, &random)
            case 5: result.configuration.tpmPolicy = other.configuration.tpmPolicy
            case 6:
                for index in result.domains.indices where random.isOneIn(2) {
                    result.domains[index] = domain(result.domains[index].domid, &random)
                }
            case 7:
                let domids = result.domains.map { $0.domid }
                result.configuration.domains = domids.map { configuration($0, among: domids, &random) }
            default:
                guard result.domains.count > 1 else { continue }
                let regions = result.domains[0].regions
                result.domains[0].regions = result.domains[1].regions
                result.domains[1].regions = regions
            }
        }
        return result
    }

    /// The first seed found two launches that failed alike, one of them before its domains were measured, in round 1531;
    /// the second two that failed alike, one of which left the PCR open, in round 1356.
    @Test(
        arguments: [
            (8_838_831_199_893_949_380, 1532), (1_635_578_710_670_055_305, 1357),
            (UInt64.random(in: .min ... .max), 1000),
        ] as [(UInt64, Int)])
    func differenceIsFoundIfAndOnlyIfThereIsOne(_ seed: UInt64, rounds: Int) throws {
        print("diff property: let seed: UInt64 = \(seed)")
        var random = SeededGenerator(seed: seed)
        var same = 0
        for round in 0..<rounds {
            let a = launch(&random)
            let b = random.isOneIn(4) ? launch(&random) : variant(of: a, &random)
            let (bytesOfA, bytesOfB) = (a.bytes, b.bytes)
            let isEqual = bytesOfA == bytesOfB
            let (inputA, inputB) = (try TestLog.input(bytesOfA, "a"), try TestLog.input(bytesOfB, "b"))
            let diff = LaunchDiff(inputA, inputB)
            #expect(diff.changes.isEmpty == isEqual, "seed \(seed), round \(round)")
            #expect(diff.isSame == isEqual, "seed \(seed), round \(round)")
            // Nothing is left that could be told by the number of its record alone.
            let byRecord = diff.changes.filter { if case .record = $0.place { true } else { false } }
            #expect(byRecord.isEmpty, "seed \(seed), round \(round)")
            let mirrored = LaunchDiff(inputB, inputA)
            #expect(mirrored.changes.isEmpty == isEqual, "seed \(seed), round \(round)")
            #expect(diff.changes.allSatisfy { !$0.lines.isEmpty && !$0.json.written().isEmpty })
            same += isEqual ? 1 : 0
        }
        #expect(same > rounds / 30, "seed \(seed)")
    }
}

extension SeededGenerator {
    fileprivate mutating func small() -> UInt64 { UInt64.random(in: 1...2, using: &self) }
    fileprivate mutating func digest() -> Digest { TestLog.digest(UInt8.random(in: 0..<3, using: &self)) }

    fileprivate mutating func text() -> [UInt8] {
        let words = ["a", "b", "k=1", "k=2", " "].map { Array($0.utf8) }
        var line: [UInt8] = []
        for _ in 0..<Int.random(in: 0..<4, using: &self) {
            if let word = words.randomElement(using: &self) { line += word + [0x20] }
        }
        return line
    }

    fileprivate mutating func segments() -> [Segment] {
        (0..<Int.random(in: 0..<3, using: &self)).map { _ in Segment(address: small(), byteCount: small()) }
    }
}

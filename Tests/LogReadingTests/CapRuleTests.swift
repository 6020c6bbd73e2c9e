// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import LogReading

/// The cap's own words, each held against the records before it, and every bank against its own digests: each fault is
/// the only one of its log.
@Suite struct CapRuleTests {
    private typealias Log = Recorder<SwiftCryptoHash>
    private static let digest = SwiftCryptoHash.digest(.sha256, of: [1])

    private static func domain(_ number: UInt16) throws -> LaunchEvent {
        .domain(
            LaunchEvent.DomainRecord(
                domid: try #require(DomainID(rawValue: number)), name: [], handle: .unset, roles: [], coverage: .all,
                vcpus: 1, entry: 0, registers: digest, commandLine: [], regions: []))
    }

    private static func recorder(_ banks: [HashAlgorithm], domains: UInt16) throws -> Log {
        var recorder = Log(pcr: .standard, banks: banks)
        _ = recorder.record(
            .identity(
                LaunchEvent.Identity(
                    buildID: [1], commandLine: [], xenVersion: [], xenBuildID: [], xenCommandLine: [],
                    securityMode: .none)))
        _ = recorder.record(.lcm(byteCount: 5, digest: digest))
        let numbers = domains > 0 ? [UInt16](1...domains) : []
        for number in numbers { _ = recorder.record(try domain(number)) }
        _ = recorder.record(
            .configuration(
                LaunchEvent.Configuration(
                    tpmPolicy: .require, coverage: .all, handoff: .shutdown, handoffTarget: [],
                    domains: try numbers.map { number in
                        LaunchEvent.Configuration.Domain(
                            domid: try #require(DomainID(rawValue: number)), memory: 4, dependencies: [], items: [])
                    })))
        return recorder
    }

    private func replay(_ bytes: [UInt8]) throws -> LogReplay {
        LogReplay(try EventLogReader(parsing: bytes), hashing: SwiftCryptoHash.self)
    }

    /// A good log's bytes up to its cap, then a cap of the test's own and a separator, with true digests.
    private func capped(_ cap: (count: UInt32, digest: Digest), sequence: UInt32 = 4) throws -> [UInt8] {
        var log = try Self.recorder([.sha256], domains: 1).log.bytes
        let data = LaunchEvent.cap(records: cap.count, digest: cap.digest).encoded(sequence: sequence)
        for (type, data) in [(6, data), (4, [0, 0, 0, 0])] as [(UInt64, [UInt8])] {
            for word in [11, type, 1] as [UInt64] { log.append(littleEndian: word, byteCount: 4) }
            log += [0x0B, 0] + SwiftCryptoHash.digest(.sha256, of: data).bytes
            log.append(littleEndian: UInt64(data.count), byteCount: 4)
            log += data
        }
        return log
    }

    private func goodDigest() throws -> Digest {
        let records = try EventLogReader(parsing: try Self.recorder([.sha256], domains: 1).log.bytes).records
        return SwiftCryptoHash.digest(.sha256, of: records.flatMap { $0.data })
    }

    @Test func theCapsCountIsThatOfTheRecordsBefore() throws {
        let digest = try goodDigest()
        #expect(try replay(try capped((4, digest))).findings.isEmpty)
        for count in [0, 1, 3, 5, 6, 0xFFFF_FFFF] as [UInt32] {
            let replay = try replay(try capped((count, digest)))
            #expect(replay.findings.map { $0.description } == ["record 5: the cap counts \(count) records"])
        }
    }

    @Test func everyByteOfTheCapsDigestIsCompared() throws {
        let digest = try goodDigest()
        for index in digest.bytes.indices {
            var bytes = digest.bytes
            bytes[index] ^= 1
            let findings = try replay(try capped((4, Digest(.sha256, exactly: bytes)))).findings
            #expect(
                findings.map { $0.description }
                    == ["record 5: the cap's digest is not that of the records before"], "byte \(index)")
        }
    }

    /// And the count agrees with the sequence number even where both are wrong.
    @Test func aSequenceThatLeavesOneOutIsFound() throws {
        let digest = try goodDigest()
        let findings = try replay(try capped((5, digest), sequence: 5)).findings
        #expect(findings.map { $0.description } == ["record 5: sequence number 5, and 4 is next"])
    }

    /// One digest of one record in one bank: short logs and those that several threads replay.
    @Test(arguments: [1, 300] as [UInt16]) func everyBankIsReplayedByItsOwnDigests(domains: UInt16) throws {
        let banks: [HashAlgorithm] = [.sha1, .sha256, .sha384, .sha512]
        var recorder = try Self.recorder(banks, domains: domains)
        _ = recorder.recordCap(launchFailed: false)
        let good = try replay(recorder.log.bytes)
        #expect(good.values == recorder.predicted && good.findings.isEmpty && good.outcome == .closed)
        let reader = try EventLogReader(parsing: recorder.log.bytes)
        for index in [0, reader.records.count / 2, reader.records.count - 1] {
            var place = reader.records[index].offset + 12
            for (number, bank) in banks.enumerated() {
                var bytes = recorder.log.bytes
                bytes[place + 2] ^= 1
                let replay = try replay(bytes)
                #expect(
                    replay.findings.map { $0.description }
                        == ["record \(index + 1): its \(bank.name) digest is not that of its data"])
                for other in banks.indices {
                    #expect((replay.values[other] == recorder.predicted[other]) == (other != number))
                }
                place += 2 + bank.digestSize
            }
        }
    }
}

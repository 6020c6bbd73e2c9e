// SPDX-License-Identifier: Apache-2.0

import Foundation
import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import LogReading

/// What DomB's recorder writes is read, and nothing else.
@Suite struct LogTests {
    private typealias Log = Recorder<SwiftCryptoHash>
    private static let digest = SwiftCryptoHash.digest(.sha256, of: [1])

    private static func domain() throws -> LaunchEvent.DomainRecord {
        LaunchEvent.DomainRecord(
            domid: try #require(DomainID(rawValue: 3)), name: Array("sensor".utf8),
            handle: DomainHandle(high: 1, low: 2), roles: [.hardware, .console], coverage: .all, vcpus: 2,
            entry: 0x100_0000, registers: digest, commandLine: Array("quiet".utf8),
            regions: [
                MeasuredRegion(
                    role: .kernel, segments: [Segment(address: 1, byteCount: 2), Segment(address: 3, byteCount: 4)],
                    digest: digest),
                MeasuredRegion(role: .ramdisk, segments: [Segment(address: 5, byteCount: 6)], digest: digest),
            ], logRegion: Segment(address: 4096, byteCount: 8192),
            pageCount: 2058)
    }

    /// One event of every kind that may stand before the cap.
    private static func events() throws -> [LaunchEvent] {
        [
            .identity(
                LaunchEvent.Identity(
                    buildID: [1, 2], commandLine: Array("a b".utf8), xenVersion: Array("4.20".utf8), xenBuildID: [],
                    xenCommandLine: Array("dom0=pvh".utf8), securityMode: .enforcing)),
            .unmeasured(.warn), .lcm(byteCount: 5, digest: digest),
            .nextInit(path: Array("/init".utf8), byteCount: 7, digest: digest), .domain(try domain()),
            .configuration(
                LaunchEvent.Configuration(
                    tpmPolicy: .warn, coverage: .all, handoff: .execute, handoffTarget: Array("/init".utf8),
                    domains: [
                        LaunchEvent.Configuration.Domain(
                            domid: try #require(DomainID(rawValue: 3)), memory: 8192,
                            dependencies: [],
                            items: [
                                ConfigurationItem(.weight, [512]), ConfigurationItem(.hardAffinity, [0, 0b1011]),
                                ConfigurationItem(.memory, [0xD0000, 16, 0xE0000]),
                                ConfigurationItem(.label, text: Array("system_u:system_r:domU_t".utf8)),
                            ])
                    ])),
        ]
    }

    private static func recorder(_ banks: [HashAlgorithm] = [.sha256]) throws -> Log {
        var recorder = Log(pcr: .standard, banks: banks)
        for event in try events() { _ = recorder.record(event) }
        return recorder
    }

    private static func capped(_ banks: [HashAlgorithm] = [.sha256], failed: Bool = false) throws -> Log {
        var recorder = try recorder(banks)
        _ = recorder.recordCap(launchFailed: failed)
        return recorder
    }

    private static let error = LaunchEvent.error(stage: 8, domid: nil, text: [0x1B])

    private func replay(_ bytes: [UInt8]) throws -> LogReplay {
        LogReplay(try EventLogReader(parsing: bytes), hashing: SwiftCryptoHash.self)
    }

    private func problem(_ bytes: [UInt8]) -> LogError? {
        do throws(LogError) {
            _ = try EventLogReader(parsing: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func everyEventComesBackAsItWas() throws {
        let reader = try EventLogReader(parsing: try Self.recorder().log.bytes)
        #expect(reader.pcr == .standard)
        let expected = try Self.events().enumerated().map { index, event in
            EventLogReader.Content.event(event, sequence: UInt32(index))
        }
        #expect(reader.records.map { $0.content } == expected)
    }

    @Test(arguments: [[.sha256], [.sha256, .sha1], [.sha512, .sha384, .sha256, .sha1]] as [[HashAlgorithm]])
    func replayGivesWhatTheRecorderPredicts(_ banks: [HashAlgorithm]) throws {
        let recorder = try Self.capped(banks)
        let replay = try replay(recorder.log.bytes)
        #expect(replay.values == recorder.predicted)
        #expect(replay.findings.isEmpty)
        #expect(replay.outcome == .unmeasured)
    }

    /// The values that swtpm held after that boot, read from its state and not from DomB.
    @Test func logOfARealBootReplaysToItsTPM() throws {
        let path =
            #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
            + "/Fixtures/appliance-measurements.bin"
        let replay = try replay([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
        #expect(replay.outcome == .closed)
        #expect(replay.findings.isEmpty)
        let expected = [
            "b6ed0a4464250b2195466ae2d36759b4b0fb3d14",
            "cfeccf296b37205652e0b33bdf1b950996cd9f575a5481da5232cfaa2dafee89",
        ]
        #expect(replay.values.prefix(2).map { $0.bytes } == expected.compactMap { Hexadecimal.bytes(Array($0.utf8)) })
    }

    @Test func launchWithATPMIsClosed() throws {
        var recorder = Log(pcr: .standard, banks: [.sha256])
        for event in try Self.events() where event.kindName != "unmeasured" { _ = recorder.record(event) }
        _ = recorder.recordCap(launchFailed: false)
        #expect(try replay(recorder.log.bytes).outcome == .closed)
    }

    @Test func logsOfFailedLaunchesAreGoodLogs() throws {
        var early = try Self.recorder()
        _ = early.record(Self.error)
        _ = early.recordCap(launchFailed: true)
        var late = try Self.capped()
        _ = late.record(Self.error)
        for log in [early.log, late.log] {
            let replay = try replay(log.bytes)
            #expect(replay.findings.isEmpty)
            #expect(replay.outcome == .failed)
        }
    }

    /// A long log is hashed by several threads, and says the same.
    @Test func aLongLogIsReadAsAShortOne() throws {
        var recorder = Log(pcr: .standard, banks: [.sha256, .sha1])
        let events = try Self.events()
        for event in events where event.kindName == "identity" || event.kindName == "lcm" { _ = recorder.record(event) }
        guard case .domain(var domain) = events.first(where: { $0.kindName == "domain" }) else { return }
        for domid in 1...UInt16(300) {
            domain.domid = try #require(DomainID(rawValue: domid))
            _ = recorder.record(.domain(domain))
        }
        _ = recorder.recordCap(launchFailed: true)
        var bytes = recorder.log.bytes
        let good = try replay(bytes)
        #expect(good.values == recorder.predicted)
        #expect(good.findings.map { $0.record } == [303, 304])
        let reader = try EventLogReader(parsing: bytes)
        #expect(LogReplay.valuesAfter(reader, hashing: SwiftCryptoHash.self).last == recorder.predicted)
        // The first bank's digest of record 200.
        bytes[reader.records[199].offset + 14] ^= 1
        let texts = try replay(bytes).findings.map { "\($0)" }
        #expect(texts.first == "record 200: its sha1 digest is not that of its data")
        #expect(texts.count == 3)
    }

    @Test func logWithoutACapIsOpen() throws {
        let replay = try replay(try Self.recorder().log.bytes)
        #expect(replay.outcome == .open)
        #expect(replay.findings.isEmpty)
    }

    @Test func wrongOrderIsFound() throws {
        var afterCap = try Self.capped()
        _ = afterCap.record(.unmeasured(.off))
        var twice = try Self.capped()
        _ = twice.recordCap(launchFailed: false)
        let pieces = try pieces(try Self.capped().log.bytes)
        let noSeparator = pieces.dropLast().flatMap { $0 }
        let noCap = pieces.enumerated().filter { $0.offset != pieces.count - 2 }.flatMap { $0.element }
        for log in [afterCap.log.bytes, noSeparator, noCap, twice.log.bytes] {
            #expect(try !replay(log).findings.isEmpty)
        }
    }

    /// The records of a log, each with its own bytes; the first item is record 0.
    private func pieces(_ bytes: [UInt8]) throws -> [[UInt8]] {
        let starts = try EventLogReader(parsing: bytes).records.map { $0.offset }
        return zip([0] + starts, starts + [bytes.count]).map { [UInt8](bytes[$0..<$1]) }
    }

    @Test func droppedDoubledOrMovedRecordsAreFound() throws {
        let pieces = try pieces(try Self.capped().log.bytes)
        for index in 1..<(pieces.count - 2) {
            var dropped = pieces
            dropped.remove(at: index)
            #expect(try !replay(dropped.flatMap { $0 }).findings.isEmpty)
            var doubled = pieces
            doubled.insert(pieces[index], at: index)
            #expect(try !replay(doubled.flatMap { $0 }).findings.isEmpty)
            var moved = pieces
            moved.swapAt(index, index + 1)
            #expect(try !replay(moved.flatMap { $0 }).findings.isEmpty)
        }
    }

    @Test func everyBitFlipIsRefusedOrFound() throws {
        let recorder = try Self.capped([.sha256, .sha1])
        var bytes = recorder.log.bytes
        for bit in 0..<(8 * bytes.count) {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            if problem(bytes) == nil {
                #expect(try !replay(bytes).findings.isEmpty, "bit \(bit)")
                // Reading checks a domain's record without decoding it: what it lets pass is what the decoder reads.
                for record in try EventLogReader(parsing: bytes).records {
                    guard case .event(let event, let sequence) = record.content else { continue }
                    #expect(event.encoded(sequence: sequence) == record.data, "bit \(bit)")
                }
            }
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }

    @Test func cutLogsAreRefusedOrOpen() throws {
        let bytes = try Self.capped().log.bytes
        for length in 0..<bytes.count where problem([UInt8](bytes[..<length])) == nil {
            let replay = try replay([UInt8](bytes[..<length]))
            #expect(replay.outcome == .open || !replay.findings.isEmpty, "cut to \(length)")
        }
    }

    @Test func otherPCRInTheMiddleIsRefused() throws {
        var pieces = try pieces(try Self.capped().log.bytes)
        pieces[2][0] = 12
        #expect(problem(pieces.flatMap { $0 })?.code == .badPCR)
    }
}

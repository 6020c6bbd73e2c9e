// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import LogReading

/// Every refusal of the log's reader: what it is, where it is, in which record.
@Suite struct ReaderRefusalTests {
    private static let digest = SwiftCryptoHash.digest(.sha256, of: [1])
    private static let headerSize = 65

    private func word(_ value: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(value), byteCount: 4)
        return bytes
    }

    /// Record 0 and records with these data, each with its true digest.
    private func log(_ records: [(type: UInt32, data: [UInt8])], pcr: UInt32 = 11) -> [UInt8] {
        records.reduce(EventLog(banks: [.sha256]).bytes) { log, record in
            log + word(pcr) + word(record.type) + word(1) + [0x0B, 0]
                + SwiftCryptoHash.digest(.sha256, of: record.data).bytes + word(UInt32(record.data.count)) + record.data
        }
    }

    private func problem(_ log: [UInt8]) -> LogError? {
        do throws(LogError) {
            _ = try EventLogReader(parsing: log)
            return nil
        } catch {
            return error
        }
    }

    private func domid(_ number: UInt16) throws -> DomainID { try #require(DomainID(rawValue: number)) }

    /// Of a log whose one record has the event's data with some bytes changed: the code, and the place from the data's start.
    private func problem(
        _ event: LaunchEvent, _ place: Int, _ bytes: [UInt8]
    ) -> (code: LogError.Code, place: Int)? {
        var data = event.encoded(sequence: 0)
        data.replaceSubrange(place..<(place + bytes.count), with: bytes)
        guard let error = problem(log([(6, data)])) else { return nil }
        #expect(error.record == 1)
        return (error.code, error.offset - Self.headerSize - 50)
    }

    private func expect(
        _ event: LaunchEvent, at place: Int, _ good: [UInt32], _ bad: [UInt32], _ code: LogError.Code = .badField,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for value in good {
            #expect(problem(event, place, word(value)) == nil, "\(value)", sourceLocation: sourceLocation)
        }
        for value in bad {
            let found = problem(event, place, word(value))
            #expect(found?.code == code, "\(value)", sourceLocation: sourceLocation)
            #expect(found?.place == place, "\(value)", sourceLocation: sourceLocation)
        }
    }

    private static let unmeasured = LaunchEvent.unmeasured(.warn)
    private static let lcm = LaunchEvent.lcm(byteCount: 5, digest: digest)

    @Test func recordZeroIsTheOneThatDomBWrites() throws {
        let good = log([(6, Self.unmeasured.encoded(sequence: 0))])
        #expect(problem(good) == nil)
        for place in 0..<56 {
            var bytes = good
            bytes[place] ^= 1
            #expect(problem(bytes)?.code == .badHeader, "byte \(place)")
        }
        for (place, value, code, offset) in [
            (56, 0, .badHeader, 56), (56, 5, .badHeader, 56), (60, 0x12, .unknownBank, 60), (61, 1, .unknownBank, 60),
            (62, 20, .badHeader, 60), (64, 1, .badHeader, 0),
        ] as [(Int, UInt8, LogError.Code, Int)] {
            var bytes = good
            bytes[place] = value
            let error = problem(bytes)
            #expect(error?.code == code && error?.offset == offset && error?.record == 0, "byte \(place)")
        }
        // Two banks: one twice, and the greater one first.
        let two = EventLog(banks: [.sha1, .sha256]).bytes
        for banks in [[0x04, 0, 20, 0, 0x04, 0, 20, 0], [0x0B, 0, 32, 0, 0x04, 0, 20, 0]] as [[UInt8]] {
            #expect(problem([UInt8](two[..<60]) + banks + [0])?.code == .badHeader)
        }
        for length in 0..<Self.headerSize { #expect(problem([UInt8](good[..<length]))?.code == .truncated) }
        #expect(problem([UInt8](good[..<Self.headerSize])) != nil, "a log of record 0 alone is of no PCR")
    }

    @Test func everyPartOfARecordIsTold() {
        let data = Self.unmeasured.encoded(sequence: 0)
        let good = log([(6, data), (6, data)])
        let second = Self.headerSize + 50 + data.count
        for (start, record) in [(Self.headerSize, 1), (second, 2)] {
            for (place, value, code) in [
                (0, 24, .badPCR), (4, 5, .badType), (4, 3, .badType),
                (8, 0, .badDigestList), (8, 2, .badDigestList), (12, 0x04, .badDigestList), (13, 1, .badDigestList),
            ] as [(Int, UInt8, LogError.Code)] {
                var bytes = good
                bytes[start + place] = value
                let error = problem(bytes)
                #expect(error?.code == code, "byte \(place) of record \(record)")
                #expect(error?.record == record)
                #expect(error?.offset == start + (place == 13 ? 12 : place))
            }
        }
        // Of another PCR is the second of two, whichever was changed.
        for start in [Self.headerSize, second] {
            var bytes = good
            bytes[start] = 12
            let error = problem(bytes)
            #expect(error?.code == .badPCR && error?.record == 2 && error?.offset == second)
        }
        #expect(problem(log([(6, data)], pcr: 23)) == nil)
        // A separator: four bytes, 0 or 1, and zeros.
        for (data, isGood) in [
            ([0, 0, 0, 0], true), ([1, 0, 0, 0], true), ([2, 0, 0, 0], false), ([0, 1, 0, 0], false),
            ([0, 0, 0, 1], false), ([0, 0, 0], false), ([0, 0, 0, 0, 0], false), ([], false),
        ] as [([UInt8], Bool)] {
            let error = problem(log([(4, data)]))
            #expect(error?.code == (isGood ? nil : .badField), "\(data)")
        }
    }

    @Test func theEventsFrameIsTold() {
        expect(
            Self.unmeasured, at: 0, [LaunchEvent.tag], [0, LaunchEvent.tag + 1, LaunchEvent.tag ^ 0x8000_0000],
            .foreignTag)
        expect(Self.unmeasured, at: 4, [12], [0, 11, 13, 0xFFFF_FFFF], .badLength)
        for kind in 0...20 as ClosedRange<UInt8> {
            let found = problem(Self.unmeasured, 8, [kind, 0])
            #expect((found?.code == .unknownKind) == !(1...9).contains(kind), "kind \(kind)")
            if !(1...9).contains(kind) { #expect(found?.place == 8, "kind \(kind)") }
        }
        #expect(problem(Self.unmeasured, 9, [1])?.code == .unknownKind)
        #expect(problem(Self.unmeasured, 10, [1])?.code == .badField)
        #expect(problem(Self.unmeasured, 11, [1])?.code == .badField)
    }

    @Test func everyFieldWithFewValuesHasNoOther() throws {
        expect(Self.unmeasured, at: 16, [0, 1, 2], [3, 255, 256, 0x0100_0001])
        for algorithm in [0x04, 0x0C, 0x0D, 0x12, 0] as [UInt8] {
            #expect(problem(Self.lcm, 24, [algorithm, 0]) != nil, "a content digest by \(algorithm)")
        }
        let identity = LaunchEvent.identity(
            LaunchEvent.Identity(
                buildID: [], commandLine: [], xenVersion: [], xenBuildID: [], xenCommandLine: [], securityMode: .none))
        expect(identity, at: 36, [0, 1, 2], [3, 4, 0xFFFF_FFFF])
        let error = LaunchEvent.error(stage: 8, domid: try domid(3), text: [])
        expect(error, at: 16, [0, 8, 255], [256, 0xFFFF_FFFF])
        expect(error, at: 20, [0, 3, 0x7FEF, 0xFFFF_FFFF], [0x7FF0, 0xFFFF, 0x1_0003, 0xFFFF_FFFE])
    }

    @Test func everyFieldOfADomainsRecordIsChecked() throws {
        let domain = LaunchEvent.domain(
            LaunchEvent.DomainRecord(
                domid: try domid(3), name: [], handle: .unset, roles: [], coverage: .all, vcpus: 1, entry: 0,
                registers: Self.digest, commandLine: [],
                regions: [
                    MeasuredRegion(role: .kernel, segments: [Segment(address: 1, byteCount: 2)], digest: Self.digest)
                ],
                logRegion: Segment(address: 4096, byteCount: 4096), pageCount: 9))
        expect(domain, at: 16, [0, 0x7FEF], [0x7FF0, 0xFFFF, 0x1_0000])
        let roles = 24 + DomainHandle.byteCount
        expect(domain, at: roles, [0, DomainRoles.known], [DomainRoles.known + 1, 1 << 31, 0xFFFF_FFFF])
        expect(domain, at: roles + 4, [1, 2], [0, 3, 256 + 1])
        // vcpus, entry, registers, command line; the count of regions.
        let region = roles + 8 + 4 + 8 + 34 + 4 + 4
        let measured: [UInt32] = [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13]
        expect(domain, at: region, measured, [0, 9, 10, 14, 15, 0xFFFF_FFFF])
        // One segment; a digest; one place for the log, which is the log's.
        let logCount = region + 4 + 4 + 16 + 34
        expect(domain, at: logCount, [1], [2, 0xFFFF_FFFF])
        expect(domain, at: logCount + 4, [RegionRole.log.rawValue], [0, 1, 10, 11])
    }

    @Test func everyFieldOfTheConfigurationIsChecked() throws {
        let configuration = LaunchEvent.configuration(
            LaunchEvent.Configuration(
                tpmPolicy: .warn, coverage: .all, handoff: .shutdown, handoffTarget: [],
                domains: [
                    LaunchEvent.Configuration.Domain(
                        domid: try domid(1), memory: 4, dependencies: [try domid(2)],
                        items: [ConfigurationItem(.weight, [512])])
                ]))
        expect(configuration, at: 16, [0, 1, 2], [3, 256])
        expect(configuration, at: 20, [1, 2], [0, 3, 257])
        let handoffs = HandoffKind.allCases.map { UInt32($0.rawValue) }
        expect(configuration, at: 24, handoffs, [UInt32(200), 256 + handoffs[0]])
        expect(configuration, at: 36, [0, 0x7FEF], [0x7FF0, 0x1_0001])
        expect(configuration, at: 52, [0, 0x7FEF], [0x7FF0, 0x1_0001])
        let kinds = ConfigurationItem.Kind.allCases.map { $0.rawValue }
        expect(configuration, at: 60, kinds, [0, 999, 0xFFFF_FFFF])
        // More values than any item has.
        expect(configuration, at: 64, [1], [2 + Limits.cpus / 64 + 1, 0xFFFF_FFFF])
        // A count that is not true ends at the record's end.
        for place in [32, 48, 56] {
            #expect(problem(configuration, place, word(2)) != nil)
            #expect(problem(configuration, place, word(0xFFFF_FFFF)) != nil)
        }
    }

    /// A cpupool of the highest cpu has two numbers and the longest bitmap.
    @Test func noItemIsLongerThanACPUPools() throws {
        let longest = 2 + Int(Limits.cpus) / 64
        for count in [0, 1, longest - 1, longest, longest + 1] {
            let item = ConfigurationItem(.cpupool, [UInt64](repeating: 1, count: count))
            let domain = LaunchEvent.Configuration.Domain(
                domid: try domid(1), memory: 8192, dependencies: [], items: [item])
            let event = LaunchEvent.configuration(
                LaunchEvent.Configuration(
                    tpmPolicy: .require, coverage: .all, handoff: .park, handoffTarget: [], domains: [domain]))
            let error = problem(log([(6, event.encoded(sequence: 0))]))
            #expect((error == nil) == (count <= longest), "\(count)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import LaunchControl
import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

/// A log in pieces, so that a test can do to it what a forger would.
struct QuotedLog {
    struct Record: Equatable {
        var type: UInt32
        var digests: [Digest]
        var data: [UInt8]

        init(_ type: UInt32, _ data: [UInt8], _ banks: [HashAlgorithm]) {
            self.type = type
            self.data = data
            digests = banks.map { SwiftCryptoHash.digest($0, of: data) }
        }
    }

    var banks: [HashAlgorithm]
    let header: [UInt8]
    var records: [Record]

    init(_ bytes: [UInt8]) throws {
        let reader = try EventLogReader(parsing: bytes)
        banks = reader.banks
        header = [UInt8](bytes.prefix(reader.records.first?.offset ?? 0))
        records = reader.records.map { record in
            let isEvent = if case .event = record.content { true } else { false }
            return Record(isEvent ? 6 : 4, record.data, reader.banks)
        }
    }

    static func fixture() throws -> QuotedLog {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        let path = folder.joined(separator: "/") + "/Fixtures/appliance-measurements.bin"
        return try QuotedLog([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    /// As a launch of three domains writes it.
    static func launch(
        banks: [HashAlgorithm] = [.sha1, .sha256], launcher: LaunchEvent.Identity.Launcher = .bootDomain
    ) throws -> QuotedLog {
        try QuotedLog(recorder(banks: banks, launcher: launcher).log.bytes)
    }

    /// The same, before its cap where that is asked for.
    static func recorder(
        banks: [HashAlgorithm], launcher: LaunchEvent.Identity.Launcher = .bootDomain, capped: Bool = true
    ) throws -> Recorder<SwiftCryptoHash> {
        var recorder = Recorder<SwiftCryptoHash>(pcr: .standard, banks: banks)
        let digest = SwiftCryptoHash.digest(.sha256, of: [7])
        let domids = try (1...3).map { try #require(DomainID(rawValue: $0)) }
        _ = recorder.record(
            .identity(
                LaunchEvent.Identity(
                    launcher: launcher, buildID: [1, 2, 3, 4], commandLine: Array("quiet domb.x=1".utf8),
                    xenVersion: Array("4.20".utf8), xenBuildID: [5],
                    xenCommandLine: Array("console=com1 dom0=pvh".utf8),
                    securityMode: .enforcing)))
        _ = recorder.record(.lcm(byteCount: 9, digest: digest))
        for domid in domids {
            let kernel = MeasuredRegion(
                role: .kernel, segments: [Segment(address: 0x10_0000, byteCount: 4096)], digest: digest)
            _ = recorder.record(
                .domain(
                    LaunchEvent.DomainRecord(
                        domid: domid, name: Array("dom\(domid.rawValue)".utf8), handle: DomainHandle(high: 1, low: 2),
                        roles: [.hardware], coverage: .all, vcpus: 1, entry: 0x10_0000, registers: digest,
                        commandLine: [], regions: [kernel], pageCount: 2048)))
        }
        _ = recorder.record(
            .configuration(
                LaunchEvent.Configuration(
                    tpmPolicy: .require, coverage: .all, handoff: .shutdown, handoffTarget: [],
                    domains: domids.map {
                        LaunchEvent.Configuration.Domain(
                            domid: $0, memory: 8192, dependencies: [], items: [ConfigurationItem(.weight, [512])])
                    })))
        if capped { _ = recorder.recordCap(launchFailed: false) }
        return recorder
    }

    var bytes: [UInt8] {
        var log = header
        for record in records {
            log.append(littleEndian: 11, byteCount: 4)
            log.append(littleEndian: UInt64(record.type), byteCount: 4)
            log.append(littleEndian: UInt64(record.digests.count), byteCount: 4)
            for digest in record.digests {
                log.append(littleEndian: UInt64(digest.algorithm.rawValue), byteCount: 2)
                log += digest.bytes
            }
            log.append(littleEndian: UInt64(record.data.count), byteCount: 4)
            log += record.data
        }
        return log
    }

    /// Counted from 1.
    var capNumber: Int { records.count - 1 }

    mutating func recomputeDigests(_ index: Int) {
        records[index] = Record(records[index].type, records[index].data, banks)
    }

    /// The cap's own digest, over the data of every record before it: it ends the cap's data.
    mutating func recomputeCap() {
        let data = records.prefix(capNumber - 1).flatMap { $0.data }
        let digest = SwiftCryptoHash.digest(.sha256, of: data).bytes
        records[capNumber - 1].data.replaceSubrange((records[capNumber - 1].data.count - digest.count)..., with: digest)
        recomputeDigests(capNumber - 1)
    }

    /// A byte that can have any value: of a build id, a digest, a count of pages, a configured value.
    mutating func changeData(_ index: Int) {
        let data = records[index].data
        let place = data[8] == 1 ? 20 : data[8] == 4 ? data.count - 8 : data.count - 1
        records[index].data[place] ^= 1
    }

    /// What `tpm2_pcrread` prints of a TPM that was extended by the first `count` records.
    func pcrText(records count: Int) -> String {
        var text = ""
        for (index, bank) in banks.enumerated() {
            var value = [UInt8](repeating: 0, count: bank.digestSize)
            for record in records.prefix(count) {
                value = SwiftCryptoHash.digest(bank, of: value + record.digests[index].bytes).bytes
            }
            let line: Line = "\(hexBytes: value)"
            text += "  \(bank.name):\n    11: 0x\(String(decoding: line.bytes, as: UTF8.self).uppercased())\n"
        }
        return text
    }
}

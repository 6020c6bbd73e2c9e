// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import LogReading
import Measurement
import Platform
import Prediction
import Sequencer
import SimulatedPlatform
import Testing

@testable import domb

/// What a real boot of examples/appliance.dts on Xen 4.20 measured (Tests/Fixtures/README.md) is what is predicted.
@Suite struct GoldenPredictionTests {
    private static func fixture(_ name: String) throws -> [UInt8] {
        try HostFile.read("\(Sandbox.fixtures)/\(name)", limit: EventLogReader.limit)
    }

    private static func log() throws -> EventLogReader {
        try EventLogReader(parsing: try fixture("appliance-measurements.bin"))
    }

    private static func records() throws -> [(record: LaunchEvent.DomainRecord, digest: Digest)] {
        try log().records.compactMap {
            guard case .event(.domain(let record), _) = $0.content else { return nil }
            return (record, SwiftCryptoHash.digest(.sha256, of: $0.data))
        }
    }

    private static func predicted(_ bytes: [UInt8]) throws -> [LaunchEvent.DomainRecord] {
        try EventLogReader(parsing: bytes).records.compactMap {
            guard case .event(.domain(let record), _) = $0.content else { return nil }
            return record
        }
    }

    /// The LCM without the domain whose kernel has 60 MB, which changes no other domain's record.
    @Test func recordsOfTheTinyDomainsAreThoseOfTheRealBoot() throws {
        let file = try LaunchControlFile(reading: "\(Sandbox.fixtures)/appliance-boot.dtb")
        var lcm = file.lcm
        lcm.domains.removeLast()
        let path = "\(Sandbox.fixtures)/tiny.elf"
        let kernel = try KernelImage(try KernelFile(reading: path), path)
        let domains = try lcm.domains.map { domain in
            var builder = SimulatedBuilder(domain, kernel: kernel, modules: [])
            return try builder.build(cpus: 2)
        }
        guard case .event(.identity(let identity), _) = try Self.log().records[0].content else {
            Issue.record("the fixture has no identity")
            return
        }
        let prediction = try PredictedLaunch(
            file.received(lcm), identity, domains: domains,
            on: PredictedLaunch.Host(banks: HashAlgorithm.allCases, cpus: 2))
        let golden = try Self.records()
        #expect(prediction.domains.map { $0.domid.rawValue } == [1, 2, 3])
        #expect(try Self.predicted(prediction.log) == golden.dropLast().map { $0.record })
        #expect(prediction.domains.map { $0.digest } == golden.dropLast().map { $0.digest })
        // Identity and LCM are the log's first records.
        let start = try EventLogReader(parsing: prediction.log).records.prefix(2).map { $0.data }
        #expect(try start == Self.log().records.prefix(2).map { $0.data })
    }

    /// What does not depend on the content of the 60 MB: where its ramdisk lies, tables and registers.
    @Test func tablesOfTheLinuxDomainAreThoseOfTheRealBoot() throws {
        let file = try LaunchControlFile(reading: "\(Sandbox.fixtures)/appliance-boot.dtb")
        let domain = try #require(file.lcm.domains.last)
        let golden = try #require(try Self.records().last).record
        let segments = domain.kernel.segments
        let (first, last) = (try #require(segments.first), try #require(segments.last))
        let kernel = KernelImage(
            parts: segments.map { KernelImage.Part(place: $0, content: []) },
            range: first.address..<(last.address + last.byteCount),
            entry: UInt32(truncatingIfNeeded: golden.entry), loadsModulesLast: true)
        let ramdisk = [UInt8](repeating: 1, count: Int(try #require(domain.ramdisk?.byteCount)))
        var builder = SimulatedBuilder(domain, kernel: kernel, modules: [ramdisk])
        var host = SimulatedHypervisor(cpus: 2)
        let built = try builder.build(cpus: 2)
        host.add(built)
        var open = domain
        open.kernel.expectedDigest = nil
        open.ramdisk?.expectedDigest = nil
        let measurement = DomainMeasurement<SwiftCryptoHash, SimulatedHypervisor>(
            open, coverage: .all, pageCount: built.info.totalPages)
        let record = try measurement.measure(try measurement.survey(on: &host), on: &host)
        #expect(record.registers == golden.registers)
        #expect(record.pageCount == golden.pageCount)
        #expect(record.regions.map { $0.segments } == golden.regions.map { $0.segments })
        #expect(record.regions.dropFirst(2) == golden.regions.dropFirst(2))
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Measurement

/// A domain as libxenguest leaves it: RAM from 0 on, kernel and ramdisk in it, the start info behind them, ACPI tables
/// and special pages below 4 GiB.
struct BuiltDomain {
    static let kernel = [UInt8]((0..<9000).map { UInt8(truncatingIfNeeded: $0 &* 7 | 1) })
    static let ramdisk = [UInt8](repeating: 0x33, count: 4100)
    static let kernelAddress: UInt64 = 0x10_0010
    static let ramdiskAddress: UInt64 = 0x20_0000
    static let startInfo: UInt64 = 0x30_0000
    static let acpi: UInt64 = 0xFC00_0000
    static let special: Range<UInt64> = 0xFEFF8..<0xFF000
    static let identityPageTable: UInt64 = 0xFEFFF

    var description: DomainDescription
    var domain: SimulatedDomain
    var coverage = Coverage.all

    init(kibibytes: UInt64 = 8192, vcpus: UInt32 = 1) throws {
        let domid = try #require(DomainID(rawValue: 2))
        description = DomainDescription(
            domid: domid, name: [UInt8]("broker".utf8), memory: kibibytes, vcpus: vcpus,
            kernel: ImageReference(
                moduleIndex: 1,
                segments: [
                    Segment(address: Self.kernelAddress, byteCount: 5000),
                    Segment(address: Self.kernelAddress + 0x2000, byteCount: 4000),
                ]),
            ramdisk: ImageReference(moduleIndex: 2), commandLine: [UInt8]("console=hvc0".utf8))
        domain = SimulatedDomain(domid: domid, kibibytes: kibibytes, vcpus: vcpus)
        domain.info.vcpus = vcpus
        domain.memory.add((Self.acpi / 4096)..<(Self.acpi / 4096 + 1))
        domain.memory.add(Self.special)
        domain.info.totalPages = domain.memory.pageCount
        domain.memory.write([UInt8](Self.kernel[..<5000]), at: Self.kernelAddress)
        domain.memory.write([UInt8](Self.kernel[5000...]), at: Self.kernelAddress + 0x2000)
        domain.memory.write(Self.ramdisk, at: Self.ramdiskAddress)
        domain.memory.write([UInt8]("RSD PTR ".utf8), at: Self.acpi)
        writeStartInfo(kibibytes: kibibytes)
        writeIdentityPageTable()
    }

    private mutating func writeStartInfo(kibibytes: UInt64) {
        let base = Self.startInfo
        var info: [UInt8] = []
        for (value, count) in [
            (0x336E_C578, 4), (1, 4), (0, 4), (1, 4), (base + 0x100, 8), (base + 0x200, 8), (Self.acpi, 8),
            (base + 0x300, 8), (3, 8),
        ] as [(UInt64, Int)] { info.append(littleEndian: value, byteCount: count) }
        var modules: [UInt8] = []
        for value in [Self.ramdiskAddress, UInt64(Self.ramdisk.count), 0, 0] {
            modules.append(littleEndian: value, byteCount: 8)
        }
        var map: [UInt8] = []
        for (address, size, type) in [
            (0, kibibytes << 10, 1), (Self.acpi, 4096, 3), (Self.special.lowerBound << 12, 8 << 12, 2),
        ] as [(UInt64, UInt64, UInt64)] {
            for value in [address, size, type] { map.append(littleEndian: value, byteCount: 8) }
        }
        domain.memory.write(info, at: base)
        domain.memory.write(modules, at: base + 0x100)
        domain.memory.write(description.commandLine + [0], at: base + 0x200)
        domain.memory.write(map, at: base + 0x300)
        domain.state = VCPUState(
            instructionPointer: 0x10_0040, startInfo: base,
            registers: [UInt8](repeating: 5, count: VCPUState.byteCount))
    }

    private mutating func writeIdentityPageTable() {
        var table: [UInt8] = []
        for entry in 0..<UInt64(1024) { table.append(littleEndian: entry << 22 | 0xE7, byteCount: 4) }
        domain.memory.write(table, at: Self.identityPageTable << 12)
        domain.parameters[.identityPageTable] = Self.identityPageTable << 12
    }

    func measure() throws -> LaunchEvent.DomainRecord {
        var host = SimulatedHypervisor()
        return try measure(on: &host)
    }

    /// About how many frames the measurement asked Xen, and how it ended.
    func framesAsked() -> (asked: UInt64, error: MeasurementError?) {
        var host = SimulatedHypervisor()
        do {
            _ = try measure(on: &host)
            return (host.framesAsked, nil)
        } catch {
            return (host.framesAsked, error as? MeasurementError)
        }
    }

    /// What the record will have of vcpu 0's registers.
    func registersDigest() throws -> Digest {
        var host = SimulatedHypervisor()
        host.add(domain)
        return try DomainMeasurement<SwiftCryptoHash, SimulatedHypervisor>(
            description, coverage: coverage, pageCount: domain.info.totalPages
        ).survey(on: &host).registers
    }

    private func measure(on host: inout SimulatedHypervisor) throws -> LaunchEvent.DomainRecord {
        host.add(domain)
        let measurement = DomainMeasurement<SwiftCryptoHash, SimulatedHypervisor>(
            description, coverage: coverage, pageCount: domain.info.totalPages)
        return try measurement.measure(try measurement.survey(on: &host), on: &host)
    }

    /// The error of the measurement; `nil` if there is none.
    func error() -> MeasurementError? {
        do {
            _ = try measure()
            return nil
        } catch {
            return error as? MeasurementError
        }
    }
}

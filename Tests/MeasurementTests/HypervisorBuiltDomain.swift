// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Measurement

/// A PVH domain of 8 MiB as the hypervisor of the Hyperlaunch preview of 2024 leaves it: RAM with a hole below 1 MiB, the
/// start info of version 0 behind the command line, ACPI tables at the very end of RAM, ring pages inside of it. Every
/// address is that of a boot.
struct HypervisorBuiltDomain {
    static let kernelAddress: UInt64 = 0x10_0000
    static let commandLine: UInt64 = 0x10_4000
    static let startInfo: UInt64 = 0x10_4008
    static let rsdp: UInt64 = 0x86_1F6C
    static let xsdt: UInt64 = 0x86_1F90
    static let madt: UInt64 = 0x86_1FC4
    static let frames: [Range<UInt64>] = [0..<0x9E, 0x100..<0x862]

    var description: DomainDescription
    var domain: SimulatedDomain
    var coverage = Coverage.all
    var builder = BuilderKind.hypervisor

    init() throws {
        let domid = try #require(DomainID(rawValue: 1))
        description = DomainDescription(
            domid: domid, name: [UInt8]("first".utf8), memory: 8192,
            kernel: ImageReference(
                moduleIndex: 3, segments: [Segment(address: Self.kernelAddress, byteCount: 0x4000)]),
            commandLine: [UInt8]("first".utf8))
        domain = SimulatedDomain(domid: domid, kibibytes: 0)
        for run in Self.frames { domain.memory.add(run) }
        domain.info.totalPages = domain.memory.pageCount
        domain.memory.write([UInt8](repeating: 0x90, count: 0x4000), at: Self.kernelAddress)
        domain.memory.write(description.commandLine + [0], at: Self.commandLine)
        domain.memory.write(Self.startInfoBytes, at: Self.startInfo)
        // One x2APIC entry behind the MADT's own 44 bytes; the XSDT has one entry too many, which is zero.
        write(
            Self.table("APIC", [UInt8](repeating: 0, count: 8) + [9, 16] + [UInt8](repeating: 0, count: 14)), Self.madt)
        write(Self.table("XSDT", Self.long(Self.madt) + Self.long(0)), Self.xsdt)
        write(Self.pointer(xsdt: Self.xsdt), Self.rsdp)
        domain.parameters[.consoleFrame] = 0x860
        domain.parameters[.xenstoreFrame] = 0x85F
        domain.state = VCPUState(
            instructionPointer: 0x10_0000, startInfo: Self.startInfo,
            registers: [UInt8](repeating: 0, count: VCPUState.byteCount))
    }

    mutating func write(_ bytes: [UInt8], _ address: UInt64) { domain.memory.write(bytes, at: address) }

    /// Flags 3: SIF_PRIVILEGED and SIF_INITDOMAIN, in every domain.
    static var startInfoBytes: [UInt8] {
        var bytes: [UInt8] = []
        for value in [0x336E_C578, 0, 3, 0] as [UInt64] { bytes.append(littleEndian: value, byteCount: 4) }
        return bytes + long(0) + long(commandLine) + long(rsdp)
    }

    static func long(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value, byteCount: 8)
        return bytes
    }

    static func table(_ signature: String, _ body: [UInt8]) -> [UInt8] {
        var table = [UInt8](signature.utf8)
        table.append(littleEndian: UInt64(36 + body.count), byteCount: 4)
        table += [4, 0] + [UInt8]("BOCHS BXPC    ".utf8) + [1, 0, 0, 0] + [UInt8]("BXPC".utf8) + [1, 0, 0, 0] + body
        table[9] = 0 &- table.reduce(0, &+)
        return table
    }

    static func pointer(xsdt: UInt64) -> [UInt8] {
        var pointer = [UInt8]("RSD PTR ".utf8) + [0] + [UInt8]("BOCHS ".utf8) + [2, 0, 0, 0, 0, 36, 0, 0, 0]
        pointer += long(xsdt) + [0, 0, 0, 0]
        pointer[8] = 0 &- pointer.prefix(20).reduce(0, &+)
        pointer[32] = 0 &- pointer.reduce(0, &+)
        return pointer
    }

    /// The record, and what was said on the console.
    func measure() throws -> (record: LaunchEvent.DomainRecord, notes: [String]) {
        var host = SimulatedHypervisor()
        host.add(domain)
        let measurement = DomainMeasurement<SwiftCryptoHash, SimulatedHypervisor>(
            description, coverage: coverage, builder: builder, pageCount: domain.info.totalPages)
        let record = try measurement.measure(try measurement.survey(on: &host), on: &host)
        return (record, host.journal.notes.map { String(decoding: $0.bytes, as: UTF8.self) })
    }

    func error() -> MeasurementError? {
        do {
            _ = try measure()
            return nil
        } catch {
            return error as? MeasurementError
        }
    }
}

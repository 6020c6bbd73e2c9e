// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension DomainMeasurement where Host: ~Copyable {
    private static var pageSize: Int { 4096 }

    /// What the builder left besides the images. `rings`: of each ring its page, without what is measured of it.
    typealias Tables = (
        regions: [MeasuredRegion], rings: [[Segment]], memory: CoverageProof<Host>.Memory, builder: BuilderKind
    )

    /// Start info and module list, memory map, ACPI tables, the identity page table, and the console's mark.
    func measureTables(_ startInfo: StartInfo, at address: UInt64, on host: inout Host) throws(MeasurementError)
        -> Tables
    {
        var places = [Segment(address: address, byteCount: UInt64(startInfo.builder.startInfoByteCount))]
        if startInfo.moduleCount > 0 {
            let size = UInt64(startInfo.moduleCount) * UInt64(StartInfo.moduleEntrySize)
            places.append(Segment(address: startInfo.moduleList, byteCount: size))
        }
        var regions = [try measure(.startInfo, at: places, on: &host)]
        let map: MemoryMap
        if startInfo.memoryMap.byteCount > 0 {
            regions.append(try measure(.memoryMap, at: [startInfo.memoryMap], on: &host))
            map = try MemoryMap(
                parsing: try read(startInfo.memoryMap.address, Int(startInfo.memoryMap.byteCount), on: &host))
        } else {
            map = try MemoryMap(parsing: [])
        }
        if let tables = try measureACPI(startInfo, map, on: &host) { regions.append(tables) }
        if let table = try measureIdentityPageTable(on: &host) { regions.append(table) }
        let console = try asMeasurement(try host.parameter(domain.domid, .consoleFrame))
        if let mark = try measureConsoleMark(console, on: &host) { regions.append(mark) }
        var rings = Self.ring(console)
        if domain.settings.usesXenstore {
            rings += Self.ring(try asMeasurement(try host.parameter(domain.domid, .xenstoreFrame)))
        }
        return (regions, rings, .mapped(map.ranges), startInfo.builder)
    }

    /// Around the console's mark, which no other ring's page has but as a byte of its own.
    static func ring(_ frame: UInt64) -> [[Segment]] {
        let (page, isBeyond) = frame.multipliedReportingOverflow(by: UInt64(pageSize))
        guard frame != 0, !isBeyond else { return [] }
        return [
            [
                Segment(address: page, byteCount: consoleMark),
                Segment(address: page + consoleMark + 1, byteCount: UInt64(pageSize) - consoleMark - 1),
            ]
        ]
    }

    /// AML is code: all that the memory map gives to ACPI is measured, and the RSDP has to lie there. Where there is no map
    /// the tables themselves are.
    private func measureACPI(_ startInfo: StartInfo, _ map: MemoryMap, on host: inout Host) throws(MeasurementError)
        -> MeasuredRegion?
    {
        if startInfo.rsdp != 0, startInfo.memoryMap.byteCount == 0 {
            return try measure(.acpi, at: try tables(from: startInfo.rsdp, on: &host), on: &host)
        }
        if startInfo.rsdp != 0 {
            let pointer = Segment(address: startInfo.rsdp, byteCount: 1)
            guard map.acpi.contains(where: { $0.contains(pointer) }) else { throw .strayRSDP(startInfo.rsdp) }
        }
        return map.acpi.isEmpty ? nil : try measure(.acpi, at: map.acpi, on: &host)
    }

    private func tables(from rsdp: UInt64, on host: inout Host) throws(MeasurementError) -> [Segment] {
        let highest = try asMeasurement(try host.maximumFrame(domain.domid))
        let end = (min(highest, CoverageProof<Host>.frameLimit - 1) + 1) * UInt64(Self.pageSize)
        return try ACPIWalk.tables(from: rsdp, below: end) {
            (address: UInt64, byteCount: Int) throws(MeasurementError) in try read(address, byteCount, on: &host)
        }
    }

    /// A page directory of 1,024 superpages of 4 MiB, each mapped to itself: present, writable, user, accessed, dirty.
    private func measureIdentityPageTable(on host: inout Host) throws(MeasurementError) -> MeasuredRegion? {
        let address = try asMeasurement(try host.parameter(domain.domid, .identityPageTable))
        guard address != 0 else { return nil }
        var expected: [UInt8] = []
        for entry in 0..<UInt64(Self.pageSize / 4) { expected.append(littleEndian: entry << 22 | 0xE7, byteCount: 4) }
        guard try read(address, Self.pageSize, on: &host) == expected else { throw .badIdentityPageTable }
        return try measure(
            .identityPageTable, at: [Segment(address: address, byteCount: UInt64(Self.pageSize))], on: &host)
    }

    private static var consoleMark: UInt64 { 0xC10 }
    /// `connection` of `struct xencons_interface` (xen/public/io/console.h), where the builder says that nobody serves the
    /// ring: XENCONSOLE_DISCONNECTED. Zero is what older builders leave, and any other value is nobody's: coverage `all`
    /// finds it. The digest is that of what was read, so that a launch asks the same whoever built.
    func measureConsoleMark(_ frame: UInt64, on host: inout Host) throws(MeasurementError) -> MeasuredRegion? {
        let (page, isBeyond) = frame.multipliedReportingOverflow(by: UInt64(Self.pageSize))
        guard frame != 0, !isBeyond else { return nil }
        let place = Segment(address: page + Self.consoleMark, byteCount: 1)
        let content = try read(place.address, 1, on: &host)
        guard content == [1] else { return nil }
        return MeasuredRegion(role: .consoleMark, segments: [place], digest: Hash.digest(.sha256, of: content))
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A PVH domain's start info (xen/public/arch-x86/hvm/start_info.h), copied once. Little-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | magic 0x336ec578 |
/// | 4 | 4 | version: 0 ends at offset 40, 1 has the memory map |
/// | 8 | 4 | flags: SIF_* of xen/public/xen.h |
/// | 12 | 4 | modules |
/// | 16 | 8 | address of the module list: 32 bytes a module, address and size first |
/// | 24 | 8 | address of the command line |
/// | 32 | 8 | address of the RSDP, zero for none |
/// | 40 | 8 | address of the memory map: 24 bytes an entry: address, size, type in 4 bytes, 4 bytes of zeros |
/// | 48 | 4 | entries of the memory map |
/// | 52 | 4 | zero |
struct StartInfo {
    static let moduleEntrySize = 32
    static let mapEntrySize = 24
    private static let magic: UInt64 = 0x336E_C578
    /// E820_MAX of Xen's x86 interface.
    private static let mapEntryLimit: UInt64 = 128

    /// Whose version it is.
    let builder: BuilderKind
    let flags: UInt32
    let moduleCount: UInt32
    let moduleList: UInt64
    let commandLine: UInt64
    let rsdp: UInt64
    /// Empty where there is none.
    let memoryMap: Segment

    init(parsing bytes: [UInt8]) throws(MeasurementError) {
        let least = BuilderKind.hypervisor.startInfoByteCount
        guard bytes.count >= least, Self.integer(bytes, 0, 4) == Self.magic else { throw .badStartInfo }
        let version = UInt32(truncatingIfNeeded: Self.integer(bytes, 4, 4))
        guard let builder = BuilderKind(startInfoVersion: version) else { throw .startInfoVersion(version) }
        self.builder = builder
        flags = UInt32(truncatingIfNeeded: Self.integer(bytes, 8, 4))
        moduleCount = UInt32(truncatingIfNeeded: Self.integer(bytes, 12, 4))
        moduleList = Self.integer(bytes, 16, 8)
        commandLine = Self.integer(bytes, 24, 8)
        rsdp = Self.integer(bytes, 32, 8)
        guard builder.startInfoByteCount > least else {
            memoryMap = Segment(address: 0, byteCount: 0)
            return
        }
        guard bytes.count >= builder.startInfoByteCount else { throw .badStartInfo }
        let entries = Self.integer(bytes, 48, 4)
        guard entries <= Self.mapEntryLimit else { throw .badStartInfo }
        memoryMap = Segment(address: Self.integer(bytes, 40, 8), byteCount: entries * UInt64(Self.mapEntrySize))
    }

    /// Reads one. Of the shorter version, at the end of a page, nothing more may be there.
    static func read<Host: ImageSource & ~Copyable>(
        _ domid: DomainID, at address: UInt64, on host: inout Host
    ) throws(MeasurementError) -> StartInfo {
        let (least, most) = (BuilderKind.hypervisor.startInfoByteCount, BuilderKind.toolstack.startInfoByteCount)
        let count = min(max(4096 - Int(address % 4096), least), most)
        let bytes = try asMeasurement(try host.read(domid, at: address, byteCount: count))
        if count == most || integer(bytes, 4, 4) == 0 { return try StartInfo(parsing: bytes) }
        return try StartInfo(parsing: try asMeasurement(try host.read(domid, at: address, byteCount: most)))
    }

    /// The places of a module list's modules.
    static func modules(parsing bytes: [UInt8]) -> [Segment] {
        stride(from: 0, to: bytes.count - moduleEntrySize + 1, by: moduleEntrySize).map { segment(bytes, $0) }
    }

    /// Address and size, eight bytes each.
    static func segment(_ bytes: [UInt8], _ offset: Int) -> Segment {
        Segment(address: integer(bytes, offset, 8), byteCount: integer(bytes, offset + 8, 8))
    }

    static func integer(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

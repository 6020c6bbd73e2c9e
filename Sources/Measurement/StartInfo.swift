// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A PVH domain's start info (xen/public/arch-x86/hvm/start_info.h), copied once. Little-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | magic 0x336ec578 |
/// | 4 | 4 | version |
/// | 8 | 4 | flags |
/// | 12 | 4 | modules |
/// | 16 | 8 | address of the module list: 32 bytes a module, address and size first |
/// | 24 | 8 | address of the command line |
/// | 32 | 8 | address of the RSDP |
struct StartInfo {
    static let byteCount = 40
    static let moduleEntrySize = 32
    private static let magic: UInt32 = 0x336E_C578

    let moduleCount: UInt32
    let moduleList: UInt64
    let commandLine: UInt64

    init(parsing bytes: [UInt8]) throws(MeasurementError) {
        guard bytes.count == Self.byteCount, Self.integer(bytes, 0, 4) == UInt64(Self.magic) else {
            throw .badStartInfo
        }
        moduleCount = UInt32(truncatingIfNeeded: Self.integer(bytes, 12, 4))
        moduleList = Self.integer(bytes, 16, 8)
        commandLine = Self.integer(bytes, 24, 8)
    }

    /// The first entry of a module list.
    static func module(parsing bytes: [UInt8]) throws(MeasurementError) -> Segment {
        guard bytes.count == moduleEntrySize else { throw .badStartInfo }
        return Segment(address: integer(bytes, 0, 8), byteCount: integer(bytes, 8, 8))
    }

    private static func integer(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in stride(from: offset + count - 1, through: offset, by: -1) {
            value = value << 8 | UInt64(bytes[index])
        }
        return value
    }
}

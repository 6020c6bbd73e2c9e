// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform

/// The pages with which libxenguest tells a PVH kernel what it got (xg_dom_x86.c, alloc_magic_pages_hvm and
/// bootlate_hvm). One thing behind the other:
///
/// | size | what |
/// |---|---|
/// | 56 | `struct hvm_start_info` (xen/public/arch-x86/hvm/start_info.h) |
/// | n | the command line with its zero, rounded up to a multiple of 8 |
/// | 64 | room for two entries of the module list, 32 bytes each: address, size, command line, zeros |
/// | 2,048 | room for two modules' command lines; domb-construct gives none |
/// | 24 each | the memory map |
struct StartInfoSegment {
    private static let headerSize = 56
    private static let magic: UInt64 = 0x336E_C578
    private static let version: UInt64 = 1
    private static let moduleEntrySize = 32
    /// HVMLOADER_MODULE_MAX_COUNT and HVMLOADER_MODULE_CMDLINE_SIZE.
    private static let moduleLimit = 2
    private static let moduleCommandLineSize = 1024

    private let commandLine: [UInt8]
    private let map: GuestMemoryMap

    init(commandLine: [UInt8], map: GuestMemoryMap) {
        let size = (commandLine.count + 1 + 7) / 8 * 8
        self.commandLine = commandLine + [UInt8](repeating: 0, count: size - commandLine.count)
        self.map = map
    }

    private var moduleListOffset: Int { Self.headerSize + commandLine.count }
    private var mapOffset: Int {
        moduleListOffset + Self.moduleLimit * (Self.moduleEntrySize + Self.moduleCommandLineSize)
    }

    /// In bytes; the domain has it in whole pages.
    var byteCount: UInt64 { UInt64(mapOffset + map.table.count) }

    /// What lies at `address`, given where the modules lie.
    func bytes(at address: UInt64, modules: [Segment]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: Self.magic, byteCount: 4)
        bytes.append(littleEndian: Self.version, byteCount: 4)
        bytes.append(littleEndian: 0, byteCount: 4)  // flags
        bytes.append(littleEndian: UInt64(modules.count), byteCount: 4)
        bytes.append(littleEndian: modules.isEmpty ? 0 : address + UInt64(moduleListOffset), byteCount: 8)
        bytes.append(littleEndian: address + UInt64(Self.headerSize), byteCount: 8)
        bytes.append(littleEndian: GuestACPI.address, byteCount: 8)
        bytes.append(littleEndian: address + UInt64(mapOffset), byteCount: 8)
        bytes.append(littleEndian: UInt64(map.entryCount), byteCount: 4)
        bytes.append(littleEndian: 0, byteCount: 4)
        bytes += commandLine
        for module in modules {
            bytes.append(littleEndian: module.address, byteCount: 8)
            bytes.append(littleEndian: module.byteCount, byteCount: 8)
            bytes.append(littleEndian: 0, byteCount: 8)
            bytes.append(littleEndian: 0, byteCount: 8)
        }
        bytes += [UInt8](repeating: 0, count: mapOffset - bytes.count)
        return bytes + map.table
    }
}

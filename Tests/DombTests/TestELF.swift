// SPDX-License-Identifier: Apache-2.0

/// Writes small ELF kernels, good ones and others.
struct TestELF {
    struct Program {
        var type: UInt64 = 1
        var flags: UInt64 = 5
        var address: UInt64
        var content: [UInt8] = []
        /// As large as the content where it is not given.
        var memorySize: UInt64?
        var fileSize: UInt64?
        var fileOffset: UInt64?
    }

    var is64Bit = true
    var byteOrder: UInt8 = 1
    var machine: UInt64 = 62
    var programs: [Program]

    /// XEN_ELFNOTE_PHYS32_ENTRY, by which a kernel starts as PVH.
    static func note(entry: UInt32) -> Program {
        let number = (0..<4).map { UInt8(truncatingIfNeeded: entry >> UInt32(8 * $0)) }
        return Program(
            type: 4, flags: 4, address: 0,
            content: [4, 0, 0, 0, 4, 0, 0, 0, 18, 0, 0, 0] + Array("Xen\0".utf8) + number)
    }

    var bytes: [UInt8] {
        let word = is64Bit ? 8 : 4
        let headerSize = is64Bit ? 64 : 52
        let entrySize = is64Bit ? 56 : 32
        var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, is64Bit ? 2 : 1, byteOrder, 1] + [UInt8](repeating: 0, count: 9)
        header += little(2, 2) + little(machine, 2) + little(1, 4) + little(0x10_0000, word)
        header += little(UInt64(headerSize), word) + little(0, word) + little(0, 4)
        header += little(UInt64(headerSize), 2) + little(UInt64(entrySize), 2) + little(UInt64(programs.count), 2)
        header += [UInt8](repeating: 0, count: 6)
        var table: [UInt8] = []
        var contents: [UInt8] = []
        for program in programs {
            let offset = program.fileOffset ?? UInt64(headerSize + entrySize * programs.count + contents.count)
            let fileSize = program.fileSize ?? UInt64(program.content.count)
            let memorySize = program.memorySize ?? UInt64(program.content.count)
            let places = little(offset, word) + little(program.address, word) + little(program.address, word)
            let sizes = little(fileSize, word) + little(memorySize, word)
            table += little(program.type, 4)
            table += is64Bit ? little(program.flags, 4) + places + sizes : places + sizes + little(program.flags, 4)
            table += little(0x1000, word)
            contents += program.content
        }
        return header + table + contents
    }

    private func little(_ value: UInt64, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// A bzImage: a kernel with Linux's x86 boot protocol (Linux, Documentation/arch/x86/boot.rst). A builder unpacks the
/// ELF kernel that it carries, and loads that.
struct BootProtocolImage {
    enum Problem: Error, Equatable {
        case tooOld
        case payloadOutsideTheFile
        case unknownCompression
        /// The unpacked payload is not as long as the file says.
        case wrongSize(declared: Int, actual: Int)

        var text: String {
            switch self {
            case .tooOld: "a bzImage with a boot protocol before 2.08, which does not tell where its kernel lies"
            case .payloadOutsideTheFile: "a bzImage whose payload lies outside the file"
            case .unknownCompression:
                "a bzImage packed in a way that is not known here: extract the vmlinux and name that"
            case .wrongSize(let declared, let actual):
                "a bzImage whose payload unpacks to \(actual) bytes and should have \(declared)"
            }
        }
    }

    static func isOne(_ content: [UInt8]) -> Bool {
        content.count >= 0x250 && content[0x202..<0x206].elementsEqual(Line("HdrS").bytes)
    }

    /// What the unpacking program gets.
    let payload: ArraySlice<UInt8>
    /// The program and its arguments; empty where the payload is not packed.
    let program: [String]
    /// What it unpacks to, no more: the last four bytes of the payload, whoever packed it.
    let unpackedSize: Int

    init(parsing content: [UInt8]) throws(Problem) {
        func field(_ offset: Int, _ byteCount: Int) throws(Problem) -> Int {
            do throws(ELFKernel.Problem) {
                return Int(
                    try LittleEndianField.value(content, at: offset, byteCount: byteCount, of: "the setup header"))
            } catch {
                throw .payloadOutsideTheFile
            }
        }
        guard try field(0x206, 2) >= 0x208 else { throw .tooOld }
        let setupSectors = try field(0x1F1, 1)
        let start = ((setupSectors == 0 ? 4 : setupSectors) + 1) * 512 + (try field(0x248, 4))
        let length = try field(0x24C, 4)
        guard length > 4, start <= content.count, length <= content.count - start else {
            throw .payloadOutsideTheFile
        }
        unpackedSize = try field(start + length - 4, 4)
        let packed = content[start..<(start + length)]
        guard let packing = Self.packings.first(where: { packed.starts(with: $0.magic) }) else {
            throw .unknownCompression
        }
        // gzip's own last word is the size; after the others the kernel's build writes one.
        payload = packing.program.first == "gzip" ? packed : packed.dropLast(4)
        program = packing.program
    }

    func check(unpacked: [UInt8]) throws(Problem) {
        guard unpacked.count == unpackedSize else {
            throw .wrongSize(declared: unpackedSize, actual: unpacked.count)
        }
    }

    private static let packings: [(magic: [UInt8], program: [String])] = [
        ([0x1F, 0x8B], ["gzip", "-dc"]),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], ["xz", "-dc"]),
        ([0x28, 0xB5, 0x2F, 0xFD], ["zstd", "-dc"]),
        ([0x5D, 0x00, 0x00], ["xz", "--format=lzma", "-dc"]),
        ([0x42, 0x5A, 0x68], ["bzip2", "-dc"]),
        ([0x02, 0x21, 0x4C, 0x18], ["lz4", "-dc"]),
        ([0x89, 0x4C, 0x5A, 0x4F], ["lzop", "-dc"]),
        (ELFKernel.magic, []),
    ]
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Verification

/// What a file is that somebody gave where another was wanted.
struct KnownFile {
    /// "a device tree blob".
    let words: String

    private static let starts: [(magic: [UInt8], words: String)] = [
        (FlatTree.magic, "a device tree blob: an LCM, perhaps (domb show)"),
        (XLCMWriter.magic, "an xLCM (domb show)"),
        (ELFKernel.magic, "an ELF file"),
        ([0xFF, 0x54, 0x43, 0x47], "a quote (domb verify --quote)"),
        (Line("-----BEGIN ").bytes, "a PEM file: a key, perhaps (domb verify --ak)"),
        (Line("MZ").bytes, "a program of UEFI"),
        (Line("070701").bytes, "a cpio archive"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "packed by xz: unpack it first"),
        ([0x28, 0xB5, 0x2F, 0xFD], "packed by zstd: unpack it first"),
        ([0x42, 0x5A, 0x68], "packed by bzip2: unpack it first"),
        ([0x02, 0x21, 0x4C, 0x18], "packed by lz4: unpack it first"),
        (Line("CCEL").bytes, "the ACPI table CCEL, of confidential computing"),
        (Line("{").bytes, "JSON: what another command of domb printed, perhaps"),
    ]

    private init(_ words: String) { self.words = words }

    /// `nil` for what is not known.
    init?(_ content: [UInt8]) {
        if content.isEmpty {
            self.init("an empty file")
        } else if let start = Self.starts.first(where: { content.starts(with: $0.magic) }) {
            self.init(start.words)
        } else if Self.isRead({ () throws(StructureError) in try PCRValues(parsing: content) }) {
            self.init("PCR values (domb verify --pcrs)")
        } else if !content.prefix(1 << 12).contains(where: { $0 < 0x09 }) {
            self.init("text without a line of domb-log, by which the console shows a log")
        } else {
            return nil
        }
    }

    init?(firmwareLog content: [UInt8]) {
        do throws(StructureError) {
            _ = try FirmwareLog(parsing: content)
            self.init("a log of firmware and boot loader (domb verify --firmware-log)")
        } catch {
            guard error.code == .ccEventLog else { return nil }
            self.init("\(error.code.text)")
        }
    }

    private static func isRead<Value>(_ parse: () throws(StructureError) -> Value) -> Bool {
        do throws(StructureError) {
            _ = try parse()
            return true
        } catch {
            return false
        }
    }
}

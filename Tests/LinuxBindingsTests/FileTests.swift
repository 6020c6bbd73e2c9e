// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinuxBindings
import Platform
import SimulatedPlatform
import Testing

/// Files and folders as PID 1 reads them.
@Suite struct FileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/domb-linux-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func path(_ text: String) throws -> CPath { try #require(CPath(Array(text.utf8))) }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    private func code(_ body: () throws(Errno) -> Void) -> Int32? {
        do throws(Errno) { try body() } catch { return error.code }
        return nil
    }

    @Test func aZeroInAPathWouldNameAnotherFile() {
        #expect(CPath([0x2F, 0, 0x61]) == nil && CPath([0]) == nil)
        for byte in 1...255 as ClosedRange<UInt8> {
            let path = CPath([0x2F, byte])
            #expect(path?.bytes == [0x2F, byte])
            #expect(path?.characters == [0x2F, CChar(bitPattern: byte), 0])
        }
        #expect(CPath("/proc").bytes == Array("/proc".utf8))
    }

    /// To the last byte, and not one beyond the limit.
    @Test(arguments: [0, 1, 4095, 65535, 65536, 65537, 200_000]) func aFileIsReadWholeOrNotAtAll(count: Int) throws {
        try withFolder { folder in
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try write(bytes, to: "\(folder)/f")
            let name = try path("\(folder)/f")
            for limit in count...(count + 1) {
                let whole = try OpenFile(name).readAll(limit: limit)
                #expect(whole == bytes)
            }
            if count > 0 {
                let tooLarge = code { () throws(Errno) in _ = try OpenFile(name).readAll(limit: count - 1) }
                #expect(tooLarge == 27)
            }
            let file = try OpenFile(name)
            _ = try file.readAll(limit: count)
            let end = try file.read(atMost: 10)
            #expect(end == [])
            try file.rewind()
            let start = try file.read(atMost: 10)
            #expect(start == [UInt8](bytes.prefix(10)))
        }
    }

    @Test func whatIsNotThereOrNoFileIsTold() throws {
        try withFolder { folder in
            let missing = try path("\(folder)/missing")
            #expect(code { () throws(Errno) in _ = try OpenFile(missing) } == 2)
            let itself = try path(folder)
            #expect(code { () throws(Errno) in _ = try OpenFile(itself).readAll(limit: 9) } == 21)
            // The other end of a pipe is not waited for.
            #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
            let nothing = try OpenFile(path("\(folder)/pipe")).readAll(limit: 9)
            #expect(nothing == [])
        }
    }

    /// One kind of entry, in byte order, and never a part of them.
    @Test func aFolderIsListedInByteOrder() throws {
        try withFolder { folder in
            for name in ["b", "a", "B", "10", "9", "é", ".hidden"] { try write([1], to: "\(folder)/\(name)") }
            try Folder.make(path("\(folder)/sub"))
            try Folder.make(path("\(folder)/sub"))
            #expect(symlink("a", "\(folder)/link") == 0)
            func names(_ kind: Folder.Kind) throws -> [String] {
                try Folder.names(in: path(folder), kind).map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(try names(.files) == [".hidden", "10", "9", "B", "a", "b", "é"])
            #expect(try names(.folders).filter { $0 != "." && $0 != ".." } == ["sub"])
            #expect(try names(.links) == ["link"])
            let missing = try path("\(folder)/missing")
            #expect(code { () throws(Errno) in _ = try Folder.names(in: missing, .files) } == 2)
            let nested = try path("\(folder)/x/y")
            #expect(code { () throws(Errno) in try Folder.make(nested) } == 2)
        }
    }

    @Test func aFolderOfTooManyNamesIsRefused() throws {
        try withFolder { folder in
            let name = String(repeating: "x", count: 200)
            for index in 0..<330 { try write([], to: "\(folder)/\(name)\(index)") }
            let whole = try path(folder)
            #expect(code { () throws(Errno) in _ = try Folder.names(in: whole, .files) } == 105)
        }
    }

    /// What was measured is what runs: the open file stays the same, whatever its name names by then.
    @Test func aProgramIsHashedThroughItsOpenFile() throws {
        try withFolder { folder in
            let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }
            try write(bytes, to: "\(folder)/p")
            let program = try ProgramFile(path: Array("\(folder)/p".utf8))
            for _ in 0..<2 {
                let found = try program.digest(SwiftCryptoHash.self)
                #expect(found.digest == SwiftCryptoHash.digest(.sha256, of: bytes) && found.byteCount == 70_000)
            }
            try write([1], to: "\(folder)/other")
            #expect(rename("\(folder)/other", "\(folder)/p") == 0)
            let same = try program.digest(SwiftCryptoHash.self)
            #expect(same.byteCount == 70_000)
            let another = try ProgramFile(path: Array("\(folder)/p".utf8)).digest(SwiftCryptoHash.self)
            #expect(another.byteCount == 1)
        }
        let missing = Array("/nonexistent".utf8)
        #expect(throws: SystemError(.openTarget, code: 2, path: missing)) { _ = try ProgramFile(path: missing) }
        #expect(throws: SystemError(.openTarget, code: 22, path: [0])) { _ = try ProgramFile(path: [0]) }
    }

    @Test func everythingIsWrittenOrItIsTold() throws {
        try withFolder { folder in
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 3) }
            let descriptor = open("\(folder)/out", O_WRONLY | O_CREAT, 0o600)
            #expect(writeAll(bytes, to: descriptor))
            close(descriptor)
            let written = try OpenFile(path("\(folder)/out")).readAll(limit: 1 << 20)
            #expect(written == bytes)
        }
        #expect(writeAll([], to: -1))
        #expect(!writeAll([1], to: -1))
        let full = open("/dev/full", O_WRONLY)
        #expect(!writeAll([1], to: full))
        close(full)
    }

    @Test func theKernelsCommandLineHasNoLineEnd() throws {
        let text = try String(contentsOfFile: "/proc/cmdline", encoding: .utf8)
        #expect(try KernelCommandLine.read() == Array(text.utf8.prefix { $0 != 0x0A }))
    }
}

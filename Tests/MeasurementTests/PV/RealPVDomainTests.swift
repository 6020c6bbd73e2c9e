// SPDX-License-Identifier: Apache-2.0

import Foundation
@testable import Measurement
import Testing

/// A domain of the tiny PV guest as domb-construct and Xen 4.20 left it (Tests/Fixtures/README.md has the file's form).
@Suite struct RealPVDomainTests {
    private let words: [UInt64]
    private let bytes: [UInt8]
    private let count: Int
    private let sharedInfoFrame: UInt64
    private let root: UInt64

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("Fixtures/pv-tiny.bin")
        let bytes = [UInt8](try Data(contentsOf: file))
        self.bytes = bytes
        words = stride(from: 0, to: bytes.count, by: 8).map { offset in
            bytes[offset..<(offset + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        count = Int(words[0])
        sharedInfoFrame = words[1]
        root = words[2]
    }

    private var startInfoOffset: Int { 24 + 8 * count }
    private var contextOffset: Int { startInfoOffset + PVStartInfo.byteCount }

    private func frames() throws -> PVFrames {
        try PVFrames(list: Array(words[3..<(3 + count)]), owned: UInt64(count), hostFrames: 0x4_0000)
    }

    @Test func itsPageTablesAreProven() throws {
        let first = (contextOffset + PVContext.byteCount) / 8
        let proven = try PVPageTables(root: root, frames: try frames()) { frame in
            let offset = first + 512 * Int(frame - root)
            return Array(words[offset..<(offset + 512)])
        }
        #expect(proven.tables.map(\.level) == BuiltPVDomain.tinyLevels)
        #expect(proven.runs == BuiltPVDomain.tinyRuns)
    }

    @Test func itsStartInfoAndItsVCPUAreOfOneDomain() throws {
        let startInfo = try PVStartInfo(
            parsing: Array(bytes[startInfoOffset..<contextOffset]), frames: try frames(),
            sharedInfoFrame: sharedInfoFrame)
        #expect(startInfo.xenstoreFrame == 0x10A)
        #expect(startInfo.consoleFrame == 0x10B)
        #expect(startInfo.frameListAddress == 0x10_5000)
        let context = try PVContext(
            parsing: Array(bytes[contextOffset..<(contextOffset + PVContext.byteCount)]), frames: try frames())
        #expect(context.rsi == 0x10_9000)
        #expect(context.rootFrame == root)
    }
}

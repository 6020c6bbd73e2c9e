// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinuxBindings
import Platform
import Testing

/// The trace's lines: JSON whatever was in the way, numbered, and short enough for Xen's console.
@Suite struct JournalLineTests {
    private struct Object: Decodable, Equatable {
        var seq: UInt64
        var us: UInt64
        var took: UInt64
        var op: String
        var domid: UInt16?
        var result: Int64
        var detail: String?
    }

    private func decoded(_ line: Line) throws -> Object {
        try JSONDecoder().decode(Object.self, from: Data(line.bytes))
    }

    @Test func everyOperationIsOneLineOfJSON() throws {
        var journal = ConsoleJournal(standardError: "domb")
        for (number, operation) in Platform.Operation.allCases.enumerated() {
            let entry = TraceEntry(
                operation: operation, domid: DomainID(rawValue: 32751), result: -133, start: 10_000_000_000,
                end: 10_000_000_007)
            let line = journal.object(entry)
            let expected = Object(
                seq: UInt64(number), us: 10_000_000_000, took: 7, op: operation.name.description, domid: 32751,
                result: -133)
            #expect(try decoded(line) == expected)
            #expect("domb-trace: ".utf8.count + line.bytes.count <= 127)
        }
    }

    /// A detail that does not fit is left out whole; one that does is there as it was.
    @Test func aDetailIsThereWholeOrNotAtAll() throws {
        var journal = ConsoleJournal(standardError: "domb")
        var shown = 0
        for count in 0..<60 {
            let detail = String(repeating: "x", count: count)
            let line = journal.object(
                TraceEntry(
                    operation: .getInfo, domid: nil, result: 0, start: 1, end: 2, detail: Line(Array(detail.utf8)[...]))
            )
            let object = try decoded(line)
            #expect(object.detail == nil || object.detail == detail)
            #expect("domb-trace: ".utf8.count + line.bytes.count <= 127)
            #expect(object.domid == nil)
            if object.detail != nil { shown = count }
        }
        #expect((10..<59).contains(shown))
        let line = journal.object(
            TraceEntry(
                operation: .park, domid: nil, result: 0, start: 1, end: 2, detail: Line([0x22, 0x5C, 0x0A, 0x1B][...])))
        #expect(try decoded(line).detail == "\"\\\n\u{1B}")
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform
import Sequencer
import SimulatedPlatform

/// The trace of a real boot: trace.jsonl as the rig leaves it, or a capture of the console that shows it.
struct TraceFile {
    struct Entry {
        /// In the file, from 1.
        var line: Int
        var operation: Platform.Operation
        var domid: DomainID?
        var result: Int64
        var start: UInt64
        var end: UInt64
        var detail: String
    }

    private static let limit = 256 << 20
    private static let mark = "domb-trace: "
    /// -errno, which Xen and Linux keep below 4096, or a TSS2_RC.
    private static let results = -4095...Int64(UInt32.max)
    /// In microseconds, 12 days: no domain is waited for longer than one. Sums of a whole trace stay within 64 bits.
    private static let latest: UInt64 = 1 << 40

    let path: String
    private(set) var entries: [Entry] = []

    init(reading path: String) throws(CommandFailure) {
        try self.init(try HostFile.read(path, limit: Self.limit), from: path)
    }

    init(_ content: [UInt8], from path: String) throws(CommandFailure) {
        self.path = path
        var operations: [String: Platform.Operation] = [:]
        for operation in Platform.Operation.allCases { operations[operation.name.description] = operation }
        var last: UInt64?
        for (index, bytes) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            let line = String(decoding: bytes, as: UTF8.self)
            let mark = line.firstRange(of: Self.mark)
            // In a capture other lines stand between those of the trace.
            guard mark != nil || line.hasPrefix("{") else { continue }
            // None of DomB's own: they quote names from outside.
            if let mark, line[..<mark.lowerBound].contains("domb") { continue }
            let (number, entry) = try Self.entry(
                line[(mark?.upperBound ?? line.startIndex)...], operations, "\(path):\(index + 1)", index + 1)
            if let last, last == .max || number != last + 1 {
                throw .malformed("\(path):\(index + 1): entry \(number) follows \(last): lines are missing")
            }
            last = number
            entries.append(entry)
        }
        guard !entries.isEmpty else { throw .malformed("\(path): no trace of DomB's is in it") }
    }

    private static func entry(
        _ text: some StringProtocol, _ operations: [String: Platform.Operation], _ place: String, _ line: Int
    ) throws(CommandFailure) -> (UInt64, Entry) {
        let object: FlatObject
        do throws(FlatObject.Malformed) {
            object = try FlatObject(text)
        } catch {
            throw .malformed("\(place): not a line of a trace")
        }
        func word(_ key: String) -> String? { object.members[key] }
        func number(_ key: String) throws(CommandFailure) -> UInt64 {
            guard let value = word(key).flatMap({ UInt64($0) }) else { throw .malformed("\(place): \(key): no number") }
            return value
        }
        guard let name = word("op"), let operation = operations[name] else {
            throw .malformed("\(place): op: no operation of DomB's: \(word("op") ?? "")")
        }
        guard let result = word("result").flatMap({ Int64($0) }) else {
            throw .malformed("\(place): result: no number")
        }
        guard results.contains(result) else { throw .malformed("\(place): result: no operation ends with \(result)") }
        let domid = word("domid").flatMap { UInt16($0) }.flatMap { DomainID(rawValue: $0) }
        let (sequence, start) = (try number("seq"), try number("us"))
        let took = try word("took") == nil ? 0 : number("took")
        guard start <= latest, took <= latest else { throw .malformed("\(place): a launch does not take that long") }
        return (
            sequence,
            Entry(
                line: line, operation: operation, domid: domid, result: result, start: start,
                end: start + took, detail: word("detail") ?? "")
        )
    }

    /// What the host answered to a question of the facts.
    func detail(_ operation: Platform.Operation) -> String? {
        entries.first { $0.operation == operation && !$0.detail.isEmpty }?.detail
    }

    var answers: [RecordedAnswers.Answer] {
        entries.map { entry in
            RecordedAnswers.Answer(
                operation: entry.operation, domid: entry.domid, result: entry.result, end: entry.end,
                shutDown: entry.operation == .getInfoList ? Self.shutDown(entry.detail) : [])
        }
    }

    /// How long after its unpause the domain's node was seen, in microseconds.
    func nodeSeen(_ domid: DomainID) -> UInt64? {
        guard let unpause = entries.firstIndex(where: { $0.operation == .unpause && $0.domid == domid }),
            let seen = entries[unpause...].firstIndex(where: {
                $0.operation == .xenstoreRead && $0.domid == domid && $0.detail == "ready"
            }), let look = entries[..<seen].last(where: { $0.operation == .getInfoList })
        else { return nil }
        return look.end > entries[unpause].end ? look.end - entries[unpause].end : 0
    }

    /// "2:0,3:1".
    private static func shutDown(_ detail: String) -> [(domid: DomainID, reason: ShutdownReason)] {
        detail.split(separator: ",").compactMap { part in
            let words = part.split(separator: ":")
            guard words.count == 2, let domid = UInt16(words[0]).flatMap({ DomainID(rawValue: $0) }),
                let reason = UInt8(words[1])
            else { return nil }
            return (domid, ShutdownReason(rawValue: reason))
        }
    }
}

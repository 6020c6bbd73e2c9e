// SPDX-License-Identifier: Apache-2.0

import Platform
import Prediction
import Sequencer

/// What a replay does beside what the recorded launch did.
struct TraceComparison {
    /// A line of the trace, and what is the matter with it.
    let difference: (line: Int, text: String)?

    init(_ run: LaunchRun, _ trace: TraceFile) {
        let done = run.journal.entries
        var surprise: TraceFile.Entry?
        for (index, entry) in trace.entries.enumerated() {
            guard index < done.count else {
                let place = surprise ?? entry
                difference = (
                    place.line, "the trace goes on with \(Self.words(entry)), and the plan is at its end"
                )
                return
            }
            let own = done[index]
            if own.operation != entry.operation || own.domid != entry.domid || own.result != entry.result {
                difference = Self.difference(entry, own, surprise)
                return
            }
            if entry.result != 0 {
                surprise = entry
            } else if index > 0, trace.entries[index - 1].result == 0 {
                surprise = nil
            }
        }
        guard done.count > trace.entries.count, let last = trace.entries.last else {
            difference = nil
            return
        }
        difference = (
            last.line, "the trace ends here, and the plan goes on with \(Self.words(done[trace.entries.count]))"
        )
    }

    private static func difference(
        _ entry: TraceFile.Entry, _ own: TraceEntry, _ surprise: TraceFile.Entry?
    ) -> (line: Int, text: String) {
        if own.operation == entry.operation, own.domid == entry.domid {
            return (entry.line, "the trace has \(words(entry)); on the simulated host it is \(words(own))")
        }
        guard let surprise else { return (entry.line, "the trace has \(words(entry)), and the plan \(words(own))") }
        return (
            surprise.line,
            "after \(words(surprise)) the plan goes on with \(words(own)), and the trace, in line \(entry.line), with "
                + words(entry)
        )
    }

    private static func words(_ entry: TraceFile.Entry) -> String { words(entry.operation, entry.domid, entry.result) }

    private static func words(_ entry: TraceEntry) -> String { words(entry.operation, entry.domid, entry.result) }

    private static func words(_ operation: Platform.Operation, _ domid: DomainID?, _ result: Int64) -> String {
        let who = domid.map { " for domain \($0.rawValue)" } ?? ""
        guard result != 0 else { return "\(operation.name)\(who)" }
        let error =
            result < 0
            ? ErrorName.errnoWords(Int32(clamping: result.magnitude)) : "0x\(String(result, radix: 16))"
        return "\(operation.name)\(who), which fails with \(error)"
    }
}

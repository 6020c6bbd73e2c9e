// SPDX-License-Identifier: Apache-2.0

import Platform
import Prediction
import Sequencer

/// What a replay prints.
struct ReplayReport {
    private let path: String
    private let run: LaunchRun
    private let timeline: Timeline
    private let faults: [String]
    private let assumptions: [String]

    init(_ path: String, _ run: LaunchRun, _ timeline: Timeline, _ faults: [String], _ assumptions: [String]) {
        self.path = path
        self.run = run
        self.timeline = timeline
        self.faults = faults
        self.assumptions = assumptions
    }

    private var result: (word: String, failure: LaunchFailure?) {
        switch run.end {
        case .complete: ("complete", nil)
        case .partial(let failure): ("partial", failure)
        case .recovered(let failure): ("recovered", failure)
        case .none: (run.plan == nil ? "refused" : "halted", run.failure)
        }
    }

    var text: [String] {
        var lines = ["replay of \(path)"]
        lines += assumptions.map { "assumed: \($0)" }
        lines += faults.map { "goes wrong: \($0)" }
        lines += run.journal.notes.map { "domb: \(domb.text($0.bytes))" }
        lines += [""] + timeline.text + [""]
        let (word, failure) = result
        lines.append(
            "\(word): \(run.unpaused.count) domains unpaused in \(Timeline.milliseconds(run.duration)), "
                + "\(run.host.calls.count) hypercalls, \(run.tpm.commands.count) TPM commands"
                + (failure.map { ": \(domb.text($0.message.bytes))" } ?? ""))
        return lines
    }

    var json: JSON {
        let (word, failure) = result
        return .object([
            ("format", .string("domb-replay")), ("version", .number(1)), ("lcm", .string(path)),
            ("assumptions", .array(assumptions.map { .string($0) })),
            ("faults", .array(faults.map { .string($0) })), ("result", .string(word)),
            ("failure", .optional(failure) { .string(domb.text($0.message.bytes)) }),
            ("durationMicroseconds", .number(run.duration)), ("hypercalls", .number(run.host.calls.count)),
            ("tpmCommands", .number(run.tpm.commands.count)),
            ("unpaused", .array(run.unpaused.map { .number($0.rawValue) })),
            ("launch", .array(timeline.launch.map { span($0) })),
            (
                "domains",
                .array(
                    timeline.rows.map { row in
                        .object([
                            ("domid", .number(row.domid.rawValue)), ("name", .string(domb.text(row.name))),
                            ("waitsFor", .array(row.waitsFor.map { .number($0.rawValue) })),
                            ("unpausedAt", .optional(row.unpaused) { .number($0) }),
                            ("readyAt", .optional(row.ready) { .number($0) }),
                            ("spans", .array(row.spans.map { span($0) })),
                        ])
                    })
            ),
        ])
    }

    private func span(_ span: Timeline.Span) -> JSON {
        .object([
            ("kind", .string(span.kind.rawValue)), ("start", .number(span.start)), ("end", .number(span.end)),
        ])
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction
import SimulatedPlatform
import Testing

@testable import domb

@Suite struct ReplayTests {
    private static let launch = """
        launch:
          handoff: park
        domains:
          - name: helper
            memory: 8M
            kernel: {index: 1, load: [0x100000+0x2000]}
            ready: poweroff
            ready_timeout: 5000
            digest: none
          - name: broker
            memory: 8M
            kernel: {index: 1, load: [0x100000+0x2000]}
            depends_on: helper
            digest: none
          - name: sensor
            memory: 8M
            kernel: {index: 1, load: [0x100000+0x2000]}
            digest: none
        """

    private func file() throws -> LaunchControlFile {
        let description = try LaunchDescription(parsing: Array(Self.launch.utf8), from: "launch.yaml")
        var folder = ImageFolder(root: nil, besides: "launch.yaml")
        let bytes = try description.launch(try description.modules(), &folder).written(as: .dtb, from: "launch.yaml")
        return try #require(LaunchControlFile.reading(bytes, from: "launch.yaml").0)
    }

    private func rehearsal(_ faults: [String] = []) throws -> Rehearsal {
        var rehearsal = try Rehearsal(
            try file(), host: try AssumedHost.parse([]), modules: ModuleFiles())
        rehearsal.add(try faults.map { try RehearsedFault($0) })
        return rehearsal
    }

    /// The trace that PID 1 would have left.
    private func trace(_ run: LaunchRun) -> [String] {
        run.journal.entries.enumerated().map { index, entry in
            let domid = entry.domid.map { "\($0.rawValue)" } ?? "null"
            let detail = entry.detail.bytes.isEmpty ? "" : ",\"detail\":\"\(text(entry.detail.bytes))\""
            return
                "{\"seq\":\(index),\"us\":\(entry.start),\"took\":\(entry.end - entry.start),\"op\":\"\(entry.operation.name)\","
                + "\"domid\":\(domid),\"result\":\(entry.result)\(detail)}"
        }
    }

    /// The line that differs, or `nil`.
    private func difference(_ lines: [String]) throws -> (line: Int, text: String)? {
        let trace = try TraceFile(Array(lines.joined(separator: "\n").utf8), from: "trace.jsonl")
        var rehearsal = try rehearsal()
        rehearsal.record(trace)
        return TraceComparison(rehearsal.run(), trace).difference
    }

    @Test func aGoodLaunchTellsWhoWaitedForWhom() throws {
        let rehearsal = try rehearsal()
        let run = rehearsal.run()
        #expect(run.end == .complete)
        #expect(run.unpaused.map(\.rawValue) == [1, 3, 2])
        let timeline = Timeline(rehearsal.lcm, entries: run.journal.entries, ready: run.ready)
        let helper = timeline.rows[0]
        let broker = timeline.rows[1]
        #expect(try #require(helper.unpaused) < (try #require(helper.ready)))
        #expect(try #require(helper.ready) <= (try #require(broker.unpaused)))
        #expect(broker.waitsFor.map(\.rawValue) == [1])
        // A TPM command takes 10 ms, and each domain has one record.
        #expect(timeline.rows.map { $0.time(.extended) } == [10_000, 10_000, 10_000])
        #expect(timeline.text.contains { $0.hasPrefix("1 helper") })
        #expect(timeline.svg.hasPrefix("<svg ") && timeline.svg.hasSuffix("</svg>"))
    }

    @Test func aFaultIsReportedWithItsEnd() throws {
        let late = try rehearsal(["ready@1"]).run()
        #expect(text(try #require(late.failure).message.bytes) == "ready: domain 1: not ready within 5000 ms")
        let refused = try rehearsal(["xc_domain_unpause@2:EBUSY"]).run()
        #expect(
            text(try #require(refused.failure).message.bytes)
                == "unpause: domain 2: xc_domain_unpause: EBUSY (16)")
        #expect(try rehearsal(["TPM2_PCR_Extend#3:TPM_RC_FAILURE"]).run().unpaused.isEmpty)
        #expect(try rehearsal(["TPM2_PCR_Extend#3:TPM_RC_RETRY"]).run().end == .complete)
    }

    @Test func aMisspeltPointNamesTheNearest() throws {
        #expect(throws: RehearsedFault.Problem.self) { try RehearsedFault("xc_domain_unpaus") }
        do {
            _ = try RehearsedFault("xc_domain_unpaus")
        } catch {
            #expect(error.text.contains("did you mean xc_domain_unpause?"))
        }
        #expect(throws: RehearsedFault.Problem.self) { try RehearsedFault("xc_domain_unpause:EFOO") }
        #expect(throws: RehearsedFault.Problem.self) { try RehearsedFault("ready") }
    }

    @Test func aSeedChoosesTheSameFaultEveryTime() throws {
        let good = try rehearsal().run()
        let points = (0..<20).map { RandomFault.point(good, seed: $0) }
        #expect(points == (0..<20).map { RandomFault.point(good, seed: $0) })
        #expect(Set(points).count > 10)
        for point in points { _ = try RehearsedFault(point) }
    }

    @Test func aCommandsTraceReplaysAsACommands() throws {
        let command = try Rehearsal(
            try file(), host: try AssumedHost.parse(["--as-command"]), modules: ModuleFiles())
        let run = command.run()
        #expect(run.end == .complete)
        #expect(![.park, .shutdown, .execute].contains(run.journal.entries.last?.operation))
        let lines = trace(run)
        let recorded = try TraceFile(Array(lines.joined(separator: "\n").utf8), from: "trace.jsonl")
        var replayed = command
        replayed.record(recorded)
        #expect(TraceComparison(replayed.run(), recorded).difference == nil)
        // It looks at the PCR before the plan, which a boot domain does not.
        #expect(try difference(lines)?.text.contains("TPM2_PCR_Read") ?? false)
    }

    @Test func aRecordedLaunchReplaysWithoutADifference() throws {
        #expect(try difference(trace(try rehearsal().run())) == nil)
    }

    /// A failed launch replays too: the recorded answers are what fails it.
    @Test(arguments: [
        "xc_domain_unpause@2:EBUSY", "ready@1", "ready@1:crash", "TPM2_PCR_Extend#3:TPM_RC_FAILURE",
        "xc_domain_max_vcpus@3:ENOMEM",
    ])
    func aFailedLaunchReplaysToo(fault: String) throws {
        let run = try rehearsal([fault]).run()
        #expect(run.failure != nil)
        #expect(try difference(trace(run)) == nil)
    }

    /// Whatever line is edited, the difference is told there.
    @Test func anEditedTraceIsCaughtAtTheEditedLine() throws {
        let good = trace(try rehearsal().run())
        // Some of them: a trace is read by a reader of YAML, slowly.
        for index in stride(from: 0, to: good.count, by: 9) {
            var lines = good
            let other = lines[index].contains("xc_physinfo") ? "xc_sched_id" : "xc_physinfo"
            let op = try #require(lines[index].range(of: "\"op\":\""))
            let end = try #require(lines[index][op.upperBound...].firstIndex(of: "\""))
            lines[index].replaceSubrange(op.upperBound..<end, with: other)
            #expect(try difference(lines)?.line == index + 1)
            lines = good
            lines[index] = lines[index].replacing("\"result\":0", with: "\"result\":-22")
            #expect(try difference(lines)?.line == index + 1, "\(lines[index])")
            lines = good
            lines.remove(at: index)
            if index > 0, index < good.count - 1 { #expect(throws: CommandFailure.self) { try difference(lines) } }
        }
    }

    @Test func aScenarioFileSetsWhatDomainsDo() throws {
        try Sandbox.run { sandbox in
            try sandbox.write(
                """
                domains:
                  - name: helper
                    ready_after: 3000
                fail:
                  - xc_domain_unpause@3:EPERM
                """, to: "scenario.yaml")
            let path = sandbox.path("scenario.yaml")
            var rehearsal = try rehearsal()
            let scenario = try ReplayScenario(reading: path)
            try scenario.apply(to: &rehearsal.host, rehearsal.lcm, path)
            #expect(scenario.faults.count == 1)
            rehearsal.add(try scenario.faults.map { try RehearsedFault($0.words) })
            let run = rehearsal.run()
            #expect(run.failure != nil && run.unpaused.map(\.rawValue) == [1])
            try sandbox.write("domains:\n  - name: halper\n    never: true\n", to: "wrong.yaml")
            let wrong = sandbox.path("wrong.yaml")
            #expect(throws: CommandFailure.self) {
                try ReplayScenario(reading: wrong).apply(to: &rehearsal.host, rehearsal.lcm, wrong)
            }
        }
    }

    /// Numbers that no launch has, in every place of every kind of operation: told with their line, never a trap.
    @Test func numbersThatNoLaunchHasAreRefused() throws {
        let good = trace(try rehearsal().run())
        let extremes = [
            "-9223372036854775808", "9223372036854775807", "18446744073709551615", "-4096", "4294967296", "-1",
            "1099511627777", "0",
        ]
        for (index, line) in good.enumerated() where index % 7 == 0 || index == good.count - 1 {
            for key in ["seq", "us", "took", "result"] {
                for value in extremes {
                    var lines = good
                    lines[index] = line.replacing(
                        try Regex("\"\(key)\":-?[0-9]+"), with: "\"\(key)\":\(value)")
                    do throws(CommandFailure) {
                        let file = try TraceFile(Array(lines.joined(separator: "\n").utf8), from: "trace.jsonl")
                        var rehearsal = try replayable()
                        rehearsal.record(file)
                        let run = rehearsal.run()
                        _ = TraceComparison(run, file).difference
                        let entries = file.entries.map {
                            TraceEntry(
                                operation: $0.operation, domid: $0.domid, result: $0.result, start: $0.start,
                                end: $0.end)
                        }
                        let timeline = Timeline(rehearsal.lcm, entries: entries, ready: run.ready)
                        #expect(!timeline.text.isEmpty && !timeline.svg.isEmpty)
                    } catch {
                        #expect(error.exitCode.rawValue == 65)
                        #expect(error.message.hasPrefix("trace.jsonl:"))
                    }
                }
            }
        }
    }

    /// What only a programming mistake could make fail.
    private func replayable() throws(CommandFailure) -> Rehearsal {
        do { return try rehearsal() } catch { throw .internalError("\(error)") }
    }

    @Test func leastResultIsToldAndNoTrap() throws {
        var lines = trace(try rehearsal().run())
        lines[1] = lines[1].replacing("\"result\":0", with: "\"result\":-9223372036854775808")
        do throws(CommandFailure) {
            _ = try TraceFile(Array(lines.joined(separator: "\n").utf8), from: "trace.jsonl")
            Issue.record("taken")
        } catch {
            #expect(error.message == "trace.jsonl:2: result: no operation ends with -9223372036854775808")
        }
    }
}

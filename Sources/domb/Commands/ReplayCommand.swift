// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform
import Prediction
import Sequencer

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Rehearse a launch on a simulated host, or replay a real one's trace.",
        discussion: """
            The code that launches runs here, on a simulated Xen, a simulated TPM and a clock of its own. Prints who \
            waited for whom and what took how long. --fail and --scenario make things go wrong; exit code 1: the launch \
            did not complete, or something that should have gone wrong never came. With --trace the launch gets the answers of a real boot, and the first decision that \
            differs is told with its line: exit code 1. docs/replay.md has the points of failure and the scenario file.
            """)

    @OptionGroup(title: "Images") var modules: BootModuleFiles
    @OptionGroup(title: "The host") var host: AssumedHost
    @Option(help: "Something that goes wrong: POINT[@DOMAIN][#N][:ERROR]; may be repeated.")
    var fail: [String] = []
    @Option(help: "A file of what the domains do and what goes wrong.", completion: .file())
    var scenario: String?
    @Option(help: "Let one thing go wrong that this number chooses.")
    var seed: UInt64?
    @Option(help: "The trace of a real boot: trace.jsonl, or a capture of the console.", completion: .file())
    var trace: String?
    @Option(help: "Write a picture of the timeline to this file.", completion: .file())
    var svg: String?
    @Flag(help: "Print JSON: schema domb-replay, version 1.")
    var json = false
    @Argument(help: "The LCM, or what it is compiled from.", completion: .file())
    var lcm: String

    func validate() throws {
        for words in fail {
            // Names are known once the LCM is read.
            let anyone: (String) -> DomainID? = { $0.isEmpty ? nil : DomainID(rawValue: 0) }
            do { _ = try RehearsedFault(words, domid: anyone) } catch {
                throw ValidationError("--fail \(words): \(error.text)")
            }
        }
        guard trace == nil || (fail.isEmpty && scenario == nil && seed == nil) else {
            throw ValidationError("--trace has its own failures: no --fail, --scenario or --seed")
        }
        guard seed == nil || (fail.isEmpty && scenario == nil) else {
            throw ValidationError("--seed chooses what goes wrong: no --fail and no --scenario")
        }
    }

    func run() throws {
        let launch = try CompiledLaunch(reading: lcm, images: modules.images)
        launch.file.noteUnknownProperties()
        var rehearsal = try Rehearsal(launch.file, host: host, modules: try ModuleFiles(modules, launch))
        if let trace { return try replay(try TraceFile(reading: trace), rehearsal) }
        var faults = RehearsedFaults(rehearsal.lcm)
        var said = fail
        if let seed {
            let point = RandomFault.point(rehearsal.run(), seed: seed)
            said = [point]
            Diagnostics.write("domb: --seed \(seed): --fail \(point)")
        }
        for words in said { try Self.add(words, to: &faults, "--fail \(words)") }
        if let scenario {
            let file = try ReplayScenario(reading: scenario)
            try file.apply(to: &rehearsal.host, rehearsal.lcm, scenario)
            for fault in file.faults {
                try Self.add(fault.words, to: &faults, "\(scenario):\(fault.line): \(fault.words)")
            }
        }
        rehearsal.add(faults.points.map(\.point))
        let run = rehearsal.run()
        try show(run, rehearsal, said)
        let unused = faults.unused(in: run)
        guard unused.isEmpty else { throw CommandFailure.refusal(unused) { "\(lcm): \($0)" } }
        guard run.end == .complete else { throw CommandFailure(exitCode: ExitCode(1), message: "") }
    }

    private static func add(
        _ words: String, to faults: inout RehearsedFaults, _ place: String
    ) throws(CommandFailure) {
        do throws(RehearsedFault.Problem) {
            try faults.add(words)
        } catch {
            throw .malformed("\(place): \(error.text)")
        }
    }

    private func show(_ run: LaunchRun, _ rehearsal: Rehearsal, _ said: [String]) throws {
        let timeline = Timeline(rehearsal.lcm, entries: run.journal.entries, ready: run.ready)
        if let svg { try HostFile.write(Array("\(timeline.svg)\n".utf8), to: svg) }
        let report = ReplayReport(lcm, run, timeline, said, host.assumptions(for: rehearsal.lcm))
        try StandardOutput.print(json ? report.json.written() : report.text.joined(separator: "\n"))
    }

    private func replay(_ trace: TraceFile, _ rehearsal: Rehearsal) throws {
        var rehearsal = rehearsal
        rehearsal.record(trace)
        let run = rehearsal.run()
        let comparison = TraceComparison(run, trace)
        if let difference = comparison.difference {
            throw CommandFailure.refusal("\(trace.path):\(difference.line): \(difference.text)")
        }
        let entries = trace.entries.map {
            TraceEntry(operation: $0.operation, domid: $0.domid, result: $0.result, start: $0.start, end: $0.end)
        }
        let timeline = Timeline(rehearsal.lcm, entries: entries, ready: run.ready)
        if let svg { try HostFile.write(Array("\(timeline.svg)\n".utf8), to: svg) }
        let report = ReplayReport(lcm, run, timeline, [], ["every answer is that of \(trace.path)"])
        try StandardOutput.print(json ? report.json.written() : report.text.joined(separator: "\n"))
        guard !json else { return }
        try StandardOutput.print(
            "no difference: the plan does what \(trace.path) has, \(trace.entries.count) operations")
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform
import Sequencer

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Print what DomB would do, in order.",
        discussion: """
            The same code plans here and in the boot domain. What only the host can tell is assumed, and the \
            assumptions are printed first; the options change them. A refusal ends with exit code 1.
            """)

    @OptionGroup var host: AssumedHost
    @Flag(help: "Print JSON: schema domb-plan, version 1.")
    var json = false
    @Option(help: "Of a description: the folder of its image files. (default: its own)", completion: .directory)
    var images: String?
    @Argument(help: "The LCM, or what it is compiled from.", completion: .file())
    var lcm: String

    func run() throws {
        let input = try LaunchInput(reading: lcm)
        guard input.format == .description else {
            return try plan(try LaunchControlFile(lcm, try input.compiled(images: images)), nil)
        }
        let description = try LaunchDescription(parsing: input.bytes, from: lcm)
        let launch = try CheckedLaunch(description, images: images)
        try plan(launch.file, DescriptionPlaces(description: description, lcm: launch.file.lcm))
    }

    /// `places`: where an author wrote it.
    private func plan(_ file: LaunchControlFile, _ places: DescriptionPlaces?) throws {
        file.noteUnknownProperties()
        let (module, placeless) = file.lcm.withAssumedPlaces()
        let arguments = try host.parsedArguments(for: module)
        let notes = Excerpt.lines(of: placeless) { domain in
            "domain \(domain.domid.rawValue) (\(text(domain.name))): nothing says where its kernel lies (domb,load): "
                + "planned as if at 1 MiB, refused by a real launch"
        }
        for note in notes { Diagnostics.write("domb: \(lcm): note: \(note)") }
        let (received, facts) = (file.received(module), host.facts(for: module))
        let empty = EmptyDigest.all(in: module).map { digest in places.map { digest.refusal(at: $0) } ?? digest.refusal
        }
        let plan: LaunchPlan
        do throws(PlanRefusal) {
            plan = try LaunchPlan(received, facts: facts, arguments: arguments)
        } catch {
            let refusals = LaunchPlan.refusals(of: received, facts: facts, arguments: arguments)
            throw CommandFailure.refusal(
                refusals.map { places?.refusal($0) ?? CheckRefusal($0, in: module) } + empty, of: lcm)
        }
        guard empty.isEmpty else { throw CommandFailure.refusal(empty, of: lcm) }
        let steps = PlanStep.steps(of: plan, isCommand: host.isCommand)
        let budget = PlanBudget(plan, cpus: host.cpus)
        if json {
            try StandardOutput.print(report(file, plan, steps, budget))
        } else {
            try describe(file, plan, steps, budget)
        }
    }

    /// Line by line: of ten thousand domains they would take as much memory as all else.
    private func describe(
        _ file: LaunchControlFile, _ plan: LaunchPlan, _ steps: [PlanStep], _ budget: PlanBudget
    ) throws(CommandFailure) {
        var lines = ["plan for \(lcm), sha256 \(hexadecimal(file.digest.bytes))"]
        lines += host.assumptions(for: file.lcm).map { "assumed: \($0)" }
        lines.append("PCR \(plan.pcr.rawValue)")
        lines += budget.lines
        var output = StandardOutputStream()
        try output.print(lines.joined(separator: "\n"))
        for (index, step) in steps.enumerated() {
            let who = step.domain.map { "domain \($0.domid.rawValue) (\(text($0.name)))" } ?? ""
            let what = [who, step.detail].filter { !$0.isEmpty }.joined(separator: ": ")
            try output.print(
                "\(padded("\(index + 1)", 4))\(padded(step.stage, 11))\(padded("\(step.operation.name)", 29))\(what)")
        }
        try output.flush()
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private func report(
        _ file: LaunchControlFile, _ plan: LaunchPlan, _ steps: [PlanStep], _ budget: PlanBudget
    ) -> JSON {
        .object([
            ("format", .string("domb-plan")), ("version", .number(1)),
            (
                "lcm",
                .object([("file", .string(lcm)), ("sha256", .string(hexadecimal(file.digest.bytes)))])
            ),
            ("pcr", .number(plan.pcr.rawValue)),
            ("assumptions", .array(host.assumptions(for: file.lcm).map { .string($0) })),
            ("budget", budget.json),
            (
                "steps",
                .array(
                    steps.map { step in
                        .object([
                            ("stage", .string(step.stage)), ("op", .string(step.operation.name.description)),
                            ("domid", .optional(step.domain) { .number($0.domid.rawValue) }),
                            ("name", .optional(step.domain) { .string(text($0.name)) }),
                            ("detail", .string(step.detail)),
                        ])
                    })
            ),
        ])
    }
}

extension PlanRefusal {
    /// "domain 3 (sensor): TEXT".
    func line(in lcm: LCM) -> String {
        let what = String(decoding: message.bytes, as: UTF8.self)
        guard let domid else { return what }
        let name = lcm.domains.first { $0.domid == domid }.map { " (\(text($0.name)))" } ?? ""
        return "domain \(domid.rawValue)\(name): \(what)"
    }

    /// The rule's name: stable, for JSON.
    var name: String { Mirror(reflecting: code).children.first?.label ?? "\(code)" }
}

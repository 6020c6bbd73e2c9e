// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform
import Sequencer

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether DomB would take an LCM.",
        discussion: """
            Prints "ok", or everything that is wrong and where: exit code 65 for what is malformed, 1 for what the plan \
            refuses on the host that the options describe (see domb plan). A .dts or a YAML description is compiled \
            first, without writing it. With --grub the menu entry's modules are compared with those of the LCM, and \
            differences end with exit code 1; a description knows their paths, a compiled LCM only their indices.
            """)

    @OptionGroup var host: AssumedHost
    @Flag(help: "Print JSON: schema domb-check, version 1.")
    var json = false
    @Option(help: "A grub.cfg whose entry should load the LCM's modules.", completion: .file())
    var grub: String?
    @Option(help: "With --grub: the menu entry's title. (default: the only one with multiboot2)")
    var entry: String?
    @Option(
        help: "Folder of the image files. With --grub and a compiled LCM the entry's files are compared, too.",
        completion: .directory)
    var images: String?
    @Argument(help: "The LCM, or what it is compiled from.", completion: .file())
    var lcm: String

    func validate() throws {
        guard entry == nil || grub != nil else {
            throw ValidationError("--entry chooses in the file that --grub names")
        }
    }

    func run() throws {
        let input = try LaunchInput(reading: lcm)
        if input.format == .description, let grub {
            let description = try LaunchDescription(parsing: input.bytes, from: lcm)
            return try compare(GrubComparison(description), grub)
        }
        let bytes = try input.compiled(images: images)
        let (file, problems) = LaunchControlFile.reading(bytes, from: lcm)
        guard let file, problems.isEmpty else {
            try report("malformed", problems.map { $0.json })
            throw CommandFailure.malformed(problems) { "\(lcm): \($0.line)" }
        }
        file.noteUnknownProperties()
        try plan(file)
        if let grub {
            let count = try LaunchControlContainer.tableCount(bytes, lcm)
            return try compare(GrubComparison(Launch(compiled: bytes, lcm), tableCount: count), grub)
        }
        try finish()
    }

    private func plan(_ file: LaunchControlFile) throws {
        let arguments = try host.parsedArguments(for: file.module)
        do throws(PlanRefusal) {
            _ = try LaunchPlan(
                file.received(file.module), facts: host.facts(for: file.module), arguments: arguments)
        } catch {
            let line = error.line(in: file.module)
            try report("refused", [error.json(line)])
            throw CommandFailure.refusal("\(lcm): refused: \(line)")
        }
    }

    private func compare(_ comparison: GrubComparison, _ path: String) throws {
        let source = String(decoding: try HostFile.read(path, limit: Limits.moduleBytes), as: UTF8.self)
        let entry = try GrubConfiguration(parsing: source).entry(titled: entry, in: path)
        var folder = ImageFolder(root: images, besides: path)
        let differences = try comparison.differences(entry, images: &folder)
        guard differences.isEmpty else {
            try report("differs", differences.map { .object([("code", .string("grub")), ("text", .string($0))]) })
            throw CommandFailure.refusal(differences) { "\(path): \($0)" }
        }
        try finish()
    }

    private func finish() throws(CommandFailure) {
        if json { try report("ok", []) } else { try StandardOutput.print("ok") }
    }

    /// `error` is the first of `errors`.
    private func report(_ result: String, _ errors: [JSON]) throws(CommandFailure) {
        guard json else { return }
        let report = JSON.object(
            [
                ("format", .string("domb-check")), ("version", .number(1)), ("file", .string(lcm)),
                ("result", .string(result)), ("error", errors.first ?? .null),
            ] + Excerpt.members("errors", of: errors) { $0 })
        try StandardOutput.print(report)
    }
}

extension PlanRefusal {
    fileprivate func json(_ line: String) -> JSON {
        .object([
            ("code", .string(name)), ("text", .string(line)), ("domid", .optional(domid) { .number($0.rawValue) }),
        ])
    }
}

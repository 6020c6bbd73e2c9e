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
            refuses on the host that the options describe (see domb plan), and of a description for images that do not \
            start and for what its builder cannot build. A .dts or a YAML description is compiled first, without writing \
            it. With --grub the menu entry is compared with the launch, word by word, and differences end with exit code \
            1; of a compiled LCM, which has indices alone, only the modules are.
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
    @Option(
        help:
            "Of a tree: the hypervisor that reads it, too, and may take it otherwise. (default: what the tree says)")
    var builder: TreeDialect?
    @Argument(help: "The LCM, or what it is compiled from.", completion: .file())
    var lcm: String

    func validate() throws {
        guard entry == nil || grub != nil else {
            throw ValidationError("--entry chooses in the file that --grub names")
        }
        guard builder == nil || !lcm.hasSuffix(".yaml") && !lcm.hasSuffix(".yml") else {
            throw ValidationError("--builder is for a tree: a description says it itself")
        }
    }

    func run() throws {
        let input = try LaunchInput(reading: lcm)
        if input.format == .description {
            return try check(
                try told { () throws(CommandFailure) in
                    try CheckedLaunch(try LaunchDescription(parsing: input.bytes, from: lcm), images: images)
                })
        }
        let bytes = try told { () throws(CommandFailure) in try input.compiled(images: images) }
        let (file, problems, unread) = LaunchControlFile.reading(bytes, from: lcm)
        var notes = unread.map { CheckNote($0) }
        if grub != nil { notes.append(Self.comparisonNote) }
        notes.write(for: lcm)
        guard let file, problems.isEmpty else {
            try report("malformed", problems.map { $0.json }, notes)
            throw CommandFailure.malformed(problems) { "\(lcm): \($0.line)" }
        }
        let refusals = file.planRefusals(host.facts(for: file.lcm), try host.parsedArguments(for: file.lcm))
        try refuse(
            refusals.map { CheckRefusal($0, in: file.lcm) } + EmptyDigest.all(in: file.lcm).map { $0.refusal }
                + misreadings(bytes, file.lcm), notes)
        guard let grub else { return try finish(notes) }
        let count = try LaunchControlContainer.tableCount(bytes, lcm)
        let comparison = GrubComparison(try Launch(compiled: bytes, lcm), tableCount: count)
        try compare(comparison, try menuEntry(in: grub), grub, notes)
    }

    private func misreadings(_ bytes: [UInt8], _ lcm: LCM) throws(CommandFailure) -> [CheckRefusal] {
        guard bytes.starts(with: FlatTree.magic) else { return [] }
        let tree = try LaunchInput.tree(bytes, self.lcm)
        guard let dialect = builder ?? TreeDialect(tree, builder: lcm.settings.builder) else { return [] }
        return DialectCheck(tree, as: dialect).misreadings.map { CheckRefusal(code: "dialect", $0, in: nil) }
    }

    private static let comparisonNote = CheckNote(
        .comparison,
        "an LCM says nothing of Xen, its options and the boot domain's command line: the entry's are compared with the "
            + "description that it was compiled from (domb check LAUNCH.yaml --grub)")

    /// What cannot be read or compiled is an answer, too.
    private func told<Value>(_ read: () throws(CommandFailure) -> Value) throws(CommandFailure) -> Value {
        do throws(CommandFailure) {
            return try read()
        } catch {
            let lines = error.message.split(separator: "\ndomb: ").map(String.init)
            try report(
                error.exitCode.rawValue == 1 ? "refused" : "malformed",
                lines.map { .object([("code", .string("input")), ("text", .string($0))]) }, [])
            throw error
        }
    }

    private func check(_ checked: CheckedLaunch) throws {
        var launch = checked
        let refusals = try launch.refusals(host)
        launch.notes.write(for: lcm)
        try refuse(refusals, launch.notes)
        guard let grub else { return try finish(launch.notes) }
        let entry = try menuEntry(in: grub)
        let count = try LaunchControlContainer.tableCount(launch.content, lcm)
        try compare(GrubComparison(launch.description, entry, tableCount: count), entry, grub, launch.notes)
    }

    private func refuse(_ refusals: [CheckRefusal], _ notes: [CheckNote]) throws {
        guard !refusals.isEmpty else { return }
        try report("refused", refusals.map { $0.json }, notes)
        throw CommandFailure.refusal(refusals, of: lcm)
    }

    private func menuEntry(in path: String) throws -> GrubConfiguration.Entry {
        let source = String(decoding: try HostFile.read(path, limit: Limits.moduleBytes), as: UTF8.self)
        return try GrubConfiguration(parsing: source).entry(titled: entry, in: path)
    }

    private func compare(
        _ comparison: GrubComparison, _ entry: GrubConfiguration.Entry, _ path: String, _ notes: [CheckNote]
    ) throws {
        var folder = ImageFolder(root: images, besides: path)
        let differences = try comparison.differences(entry, images: &folder)
        guard differences.isEmpty else {
            try report(
                "differs", differences.map { .object([("code", .string("grub")), ("text", .string($0))]) }, notes)
            throw CommandFailure.refusal(differences) { "\(path): \($0)" }
        }
        try finish(notes)
    }

    private func finish(_ notes: [CheckNote]) throws(CommandFailure) {
        if json { try report("ok", [], notes) } else { try StandardOutput.print("ok") }
    }

    /// `error` is the first of `errors`.
    private func report(_ result: String, _ errors: [JSON], _ notes: [CheckNote]) throws(CommandFailure) {
        guard json else { return }
        let report = JSON.object(
            [
                ("format", .string("domb-check")), ("version", .number(1)), ("file", .string(lcm)),
                ("result", .string(result)), ("error", errors.first ?? .null),
            ] + Excerpt.members("errors", of: errors) { $0 } + Excerpt.members("notes", of: notes) { $0.json })
        try StandardOutput.print(report)
    }
}

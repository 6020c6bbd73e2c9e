// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write an event log in another form, or an LCM's domains for xl.",
        usage: "domb export [<options>] <file>",
        discussion: """
            With --to FILE is a log. tcg is the log as DomB wrote it, taken out of a console capture where FILE is one. \
            cel-json and cel-tlv are the forms of the TCG Canonical Event Log Format 1.1, without the TCG log's header \
            record. The log is checked first: exit code 65 for what is no log of DomB's, 1 for one that contradicts \
            itself, and then nothing is written.

            With --xl FILE is an LCM, or what it is compiled from, and what is written is the xl.cfg equivalent of its domains: of one (--domain) or, \
            into a folder, which is made, of each as NAME.cfg. What xl has no word for stands in comments.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case tcg
        case celJSON = "cel-json"
        case celTLV = "cel-tlv"
    }

    @Option(help: "The form to write.")
    var to: Format?
    @Flag(help: "Write xl configuration files.")
    var xl = false
    @Option(help: "With --xl: the domain's name.")
    var domain: String?
    @OptionGroup(title: "With --xl: images") var modules: BootModuleFiles
    @Option(
        name: .shortAndLong, help: "The file to write; with --xl and no --domain the folder; - for standard output.",
        completion: .file())
    var output = "-"
    @Option(help: "How a CEL numbers its records: from 0 for each PCR, or from 1 over all, as systemd does.")
    var recnum: CanonicalEventLog.Numbering?
    @Argument(
        help: ArgumentHelp(LogInput.help + " With --xl: the LCM, or what it is compiled from."), completion: .file())
    var file: String

    func validate() throws {
        guard xl == (to == nil) else { throw ValidationError("either --to FORM or --xl") }
        guard xl || (domain == nil && modules.images == nil && modules.image.isEmpty) else {
            throw ValidationError("--domain, --images and --image are for --xl")
        }
        guard recnum == nil || to == .celJSON || to == .celTLV else {
            throw ValidationError("only a CEL numbers its records")
        }
    }

    func run() throws {
        guard let to else { return try writeConfigurations() }
        let input = try LogInput(reading: file)
        try input.check()
        let canonical = CanonicalEventLog(input.reader, numbering: recnum ?? .perPCR)
        let content =
            switch to {
            case .tcg: input.bytes
            case .celJSON: Array((canonical.json.written() + "\n").utf8)
            case .celTLV: canonical.tlv
            }
        try HostFile.write(content, to: output)
    }

    private func writeConfigurations() throws {
        let launch = try CompiledLaunch(reading: file, images: modules.images)
        let read = launch.file
        read.noteUnknownProperties()
        let images = try ModuleFiles(modules, launch)
        let chosen = read.lcm.domains.filter { domain == nil || text($0.name) == domain }
        if chosen.isEmpty, let domain {
            let names = read.lcm.domains.map { text($0.name) }
            throw CommandFailure.refusal(
                "\(file): no domain '\(domain)'\(NearName.hint(for: domain, among: names))")
        }
        let files = chosen.map { domain in
            let heading = "# domain \(text(domain.name)) of \(file), sha256 \(hexadecimal(read.digest.bytes))"
            let lines = [heading] + XLConfiguration(domain, in: read.lcm, images: images).lines
            return (name: text(domain.name), content: lines.joined(separator: "\n") + "\n")
        }
        guard output != "-", domain == nil else {
            return try HostFile.write(Array(files.map { $0.content }.joined(separator: "\n").utf8), to: output)
        }
        // A name is a file's only if it stays in the folder.
        if let file = files.first(where: { $0.name.contains("/") || $0.name.hasPrefix(".") }) {
            throw CommandFailure.refusal("\(self.file): domain '\(file.name)': no name for a file; use --domain")
        }
        try HostFile.makeFolder(output)
        try HostFile.write(files.map { (Array($0.content.utf8), "\(output)/\($0.name).cfg") })
    }
}

extension CanonicalEventLog.Numbering: ExpressibleByArgument {}

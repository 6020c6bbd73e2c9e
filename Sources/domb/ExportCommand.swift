// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write an event log in another form.",
        discussion: """
            tcg is the log as DomB wrote it, taken out of a console capture where FILE is one. cel-json and cel-tlv are \
            the forms of the TCG Canonical Event Log Format 1.1, without the TCG log's header record. The log is \
            checked first: exit code 65 for what is no log of DomB's, 1 for one that contradicts itself, and then \
            nothing is written.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case tcg
        case celJSON = "cel-json"
        case celTLV = "cel-tlv"
    }

    @Option(help: "The form to write.")
    var to: Format
    @Option(name: .shortAndLong, help: "The file to write; - for standard output.")
    var output = "-"
    @Option(help: "How a CEL numbers its records: from 0 for each PCR, or from 1 over all, as systemd does.")
    var recnum: CanonicalEventLog.Numbering?
    @Argument(help: ArgumentHelp(LogInput.help))
    var log: String

    func validate() throws {
        guard recnum == nil || to != .tcg else { throw ValidationError("a TCG log does not number its records") }
    }

    func run() throws {
        let input = try LogInput(reading: log)
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
}

extension CanonicalEventLog.Numbering: ExpressibleByArgument {}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show what an event log says, and the PCR that it leads to.",
        discussion: """
            The exit code is 65 for what is not a log of DomB's, and 1 for one that contradicts itself. The log of a \
            launch that failed is as good as any other: its last line says what happened.
            """)

    @Flag(help: "Print JSON: schema domb-log, version 1.")
    var json = false
    @Option(help: "Write a page for a browser to this file, too: one file, without scripts.", completion: .file())
    var html: String?
    @Argument(help: ArgumentHelp(LogInput.help), completion: .file())
    var log: String

    func run() throws {
        let input = try LogInput(reading: log)
        let report = LogReport(path: log, bytes: input.bytes, reader: input.reader, replay: input.replay)
        if let html { try HostFile.write(Array(report.page.utf8), to: html) }
        if json {
            try StandardOutput.print(report.json)
        } else {
            var output = StandardOutputStream()
            try report.print { line throws(CommandFailure) in try output.print(line) }
            try output.flush()
        }
        try input.check()
    }
}

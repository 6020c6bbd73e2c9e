// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Say what differs between two launches, and what that does to the PCR.",
        discussion: """
            Each side is an event log (or a console capture that shows one) or an LCM (or what it is compiled from). \
            Beside a log an LCM's expected digests are compared with the measured ones; what one side cannot say is \
            named and not compared. Exit code 0 if nothing differs, 1 if something does, 65 for what cannot be read.
            """)

    @Flag(help: "Print JSON: schema domb-diff, version 1.")
    var json = false
    @Option(
        help: "Folder of the image files that a description names. (default: the description's own)",
        completion: .directory)
    var images: String?
    @Option(help: "For a .dts: a folder for /include/; may be repeated.", completion: .directory)
    var include: [String] = []
    @Argument(help: "The one launch.", completion: .file())
    var a: String
    @Argument(help: "The other.", completion: .file())
    var b: String

    func validate() throws {
        guard a != "-" || b != "-" else { throw ValidationError("only one of the two can be standard input") }
    }

    func run() throws {
        let first = try DiffInput(reading: a, images: images, includes: include)
        let second = try DiffInput(reading: b, images: images, includes: include)
        let diff = LaunchDiff(first, second)
        let report = DiffReport(a: first, b: second, diff: diff)
        try StandardOutput.print(json ? report.json.written() : report.description)
        guard diff.isSame else { throw CommandFailure.refusal("") }
    }
}

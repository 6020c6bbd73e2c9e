// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SimulatedPlatform
import Verification

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Hold an event log against what a TPM says.",
        discussion: """
            The log is replayed, every digest compared with its data, and the PCR that it leads to with the evidence: a \
            quote, or PCR values. Who wrote the log is proven by the firmware's log, and by the files that it must have \
            measured. One line for each check, and a verdict: exit code 0 if nothing failed, 1 if something did, 65 for \
            what is malformed. docs/verify.md explains every line.
            """)

    @OptionGroup var files: VerifyFiles
    @Flag(help: "Who launched is proven elsewhere, or not at all: say so, and do not count it.")
    var withoutLauncher = false
    @Flag(help: "Only whether the log contradicts itself. It proves nothing.")
    var logOnly = false
    @Flag(help: "Take a launch by a command of a running dom0, too.")
    var allowCommand = false
    @Flag(help: "Print JSON: schema domb-verify, version 1.")
    var json = false
    @Argument(help: ArgumentHelp(LogInput.help), completion: .file())
    var log: String

    func validate() throws {
        guard !logOnly || !files.hasEvidence else {
            throw ValidationError("--log-only looks at no evidence: leave the evidence out, or the option")
        }
        guard files.launcherFile.isEmpty && files.launcherFolder.isEmpty || files.firmwareLog != nil else {
            throw ValidationError(
                "--launcher-file and --launcher-folder are looked for in the log that --firmware-log names")
        }
    }

    func run() throws {
        var evidence = try files.evidence()
        evidence.withoutLauncher = withoutLauncher
        evidence.logOnly = logOnly
        evidence.allowCommand = allowCommand
        let input = try LogInput(reading: log)
        let verifier = LaunchVerifier(
            input.reader, replay: input.replay, evidence, hashing: SwiftCryptoHash.self)
        let report = VerifyReport(path: log, verifier: verifier)
        print(json ? report.json.written() : report.description)
        // The report says what failed.
        guard verifier.isGood else { throw CommandFailure.refusal("") }
    }
}

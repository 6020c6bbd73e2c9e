// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform
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
    @Flag(help: "Take sha1 alone, too, of which a second log or file with the same value can be made.")
    var allowSha1 = false
    @Option(
        help: ArgumentHelp(
            "The PCR that the log must be of: the one that the boot domain measures into.", valueName: "n"))
    var pcr: UInt32 = UInt32(PCRIndex.standard.rawValue)
    @Flag(help: "Print JSON: schema domb-verify, version 1.")
    var json = false
    @Argument(help: ArgumentHelp(LogInput.help), completion: .file())
    var log: String

    func validate() throws {
        guard PCRIndex(rawValue: pcr)?.mayHoldLaunch == true else {
            throw ValidationError(
                "--pcr: 10 to 15 or 17 to 22 is wanted: 0 to 9 are the firmware's, and anybody can reset 16 and 23")
        }
        guard !logOnly || !files.hasEvidence else {
            throw ValidationError("--log-only looks at no evidence: leave the evidence out, or the option")
        }
        let compared = [
            ("--launcher-file", files.launcherFile.isEmpty), ("--launcher-folder", files.launcherFolder.isEmpty),
            ("--baseline", files.baseline == nil),
        ].first { !$0.1 }
        guard compared == nil || files.firmwareLog != nil else {
            throw ValidationError(
                "\(compared?.0 ?? "") is compared with the log that --firmware-log names, and that is missing")
        }
    }

    func run() throws {
        var evidence = try files.evidence()
        evidence.withoutLauncher = withoutLauncher
        evidence.logOnly = logOnly
        evidence.allowCommand = allowCommand
        evidence.allowSHA1 = allowSha1
        if let index = PCRIndex(rawValue: pcr) { evidence.pcr = index }
        let input = try LogInput(reading: log)
        let verifier = LaunchVerifier(
            input.reader, replay: input.replay, evidence, hashing: SwiftCryptoHash.self)
        let report = VerifyReport(path: log, verifier: verifier)
        try StandardOutput.print(json ? report.json.written() : report.description)
        // The report says what failed.
        guard verifier.isGood else { throw CommandFailure.refusal("") }
    }
}

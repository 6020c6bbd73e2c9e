// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// The host tool: everything about a launch that does not need the machine.
@main
struct Domb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domb",
        abstract: "Prepare and explain launches by DomB, the boot domain of a Xen host.",
        discussion: """
            Exit codes: 0 good, 1 mismatch or refusal, 64 usage, 65 malformed input, 66 no input, 69 a program is missing, \
            70 internal, 74 I/O.
            Text for people goes to stdout, diagnostics to stderr. FILE may be - for standard input.
            """,
        version: "0.1.0",
        subcommands: [
            CheckCommand.self, ShowCommand.self, PlanCommand.self, PredictCommand.self, ReplayCommand.self,
            LogCommand.self,
            DiffCommand.self, ExportCommand.self, VerifyCommand.self, TableCommand.self, ImageCommand.self,
            ImportCommand.self, CompileCommand.self, DecompileCommand.self, ConvertCommand.self,
            BuildCommand.self, InstallCommand.self, StatusCommand.self, UninstallCommand.self,
        ])

    static func main() { Glibc.exit(exitCode(of: Array(CommandLine.arguments.dropFirst())).rawValue) }

    /// Runs a command as a process of its own would, and tells on standard error what went wrong.
    static func exitCode(of arguments: [String]) -> ExitCode {
        do {
            try run(arguments)
            return .success
        } catch let failure as CommandFailure {
            return told(failure)
        } catch {
            let message = fullMessage(for: error)
            guard exitCode(for: error) == .success else {
                if !message.isEmpty { Diagnostics.write(message) }
                return exitCode(for: error)
            }
            // Help, the version, the completions of a shell: answers as any other.
            do throws(CommandFailure) {
                if !message.isEmpty { try StandardOutput.print(message) }
                return .success
            } catch {
                return told(error)
            }
        }
    }

    static func run(_ arguments: [String]) throws {
        try checkName(arguments.first ?? "")
        var command = try parseAsRoot(arguments)
        try InputFiles.$current.withValue(InputFiles()) { try command.run() }
    }

    /// The parser would call a misspelt command an unexpected argument.
    private static func checkName(_ word: String) throws(CommandFailure) {
        let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard !word.isEmpty, !word.hasPrefix("-"), !names.contains(word) else { return }
        throw .usage(
            "there is no command '\(word)'\(NearName.hint(for: word, among: names)): domb --help has all of them")
    }

    private static func told(_ failure: CommandFailure) -> ExitCode {
        if !failure.message.isEmpty { Diagnostics.write("domb: \(failure.message)") }
        return failure.exitCode
    }
}

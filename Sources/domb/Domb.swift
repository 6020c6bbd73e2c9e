// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

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
            CompileCommand.self, DecompileCommand.self, ConvertCommand.self,
            InstallCommand.self, UninstallCommand.self,
        ])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as CommandFailure {
            if !failure.message.isEmpty { Diagnostics.write("domb: \(failure.message)") }
            Self.exit(withError: failure.exitCode)
        } catch {
            Self.exit(withError: error)
        }
    }
}

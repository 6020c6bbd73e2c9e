// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Testing

@testable import domb

/// What `domb` says of itself.
@Suite struct HelpTests {
    @Test func everyHelpFitsATerminal() {
        let commands: [any ParsableCommand.Type] = [Domb.self] + Domb.configuration.subcommands
        #expect(commands.count > 15)
        for command in commands {
            for line in Domb.helpMessage(for: command, columns: 80).split(separator: "\n") {
                #expect(line.count <= 80, "\(command): \(line)")
            }
        }
    }

    @Test func aMisspeltCommandIsAnsweredWithTheOneThatWasMeant() throws {
        try Sandbox.run { sandbox in
            let failure = try #require(sandbox.failure(["chek", "launch.yaml"]))
            #expect(failure.code == 64 && failure.message.contains("no command 'chek' (did you mean check?)"))
            #expect(sandbox.failure(["xyzzyx"])?.message.contains("did you mean") == false)
            #expect(sandbox.failure(["--version"])?.code == 0)
        }
    }

    /// A ramdisk is larger than the memory that its digest takes.
    @Test func aLargeRamdiskIsHashedPieceByPiece() throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(
                """
                launch: {handoff: park}
                domains: [{name: a, memory: 1G, kernel: tiny.elf, ramdisk: large}]
                """, to: "l.yaml")
            let compile = ["compile", sandbox.path("l.yaml"), "-o", sandbox.path("l")]
            // Of the file alone 600 MiB would be wanted; the program itself takes some hundred without it.
            let limits = "truncate -s 600M \(sandbox.path("large")); ulimit -v 560000"
            let run = try Program.run(compile, limits: limits)
            #expect(run.code == 0, "\(run.diagnostics)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchCommand
import LaunchControl
import Platform
import Testing

@testable import Sequencer

@Suite struct CommandArgumentsTests {
    private func parse(_ words: [String]) throws -> CommandArguments {
        try CommandArguments(parsing: words.map { [UInt8]($0.utf8) })
    }

    private func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

    @Test func theLCMAloneIsEnough() throws {
        let arguments = try parse(["--lcm", "/etc/domb/lcm.dtb"])
        #expect(arguments.lcm == bytes("/etc/domb/lcm.dtb"))
        #expect(arguments.log == nil)
        #expect(arguments.trace == nil)
        #expect(!arguments.allowsOthers)
    }

    @Test func everyOptionIsReadInAnyOrder() throws {
        let arguments = try parse([
            "domb.tpm=require", "--trace", "trace.jsonl", "--allow-others", "--log", "./-log", "--lcm", "lcm",
        ])
        #expect(arguments.log == bytes("./-log"))
        #expect(arguments.trace == bytes("trace.jsonl"))
        #expect(arguments.allowsOthers)
        #expect(try arguments.launch(commandLine: []).leastTPMPolicy == .require)
    }

    @Test(arguments: [
        [], ["--log", "x"], ["--lcm"], ["--lcm", ""], ["--lcm", "--log"], ["--lcm", "a", "--lcm", "b"], ["lcm.dtb"],
        ["--lcm", "a", "b"], ["--lcm", "a", "--log"], ["--lcm", "a", "--log", "-"], ["--lcm", "a", "--quiet"],
        ["--lcm=a"], ["--lcm", "a", "--allow-others", "--allow-others"], ["--lcm", "a", ""],
        ["--lcm", String(repeating: "a", count: 4096)],
    ])
    func aCallThatIsNotUnderstoodIsAUsageError(words: [String]) {
        #expect(throws: CommandArguments.Misuse.self) { try self.parse(words) }
    }

    @Test(arguments: [
        "domb.tpm=requre", "domb.classic=/init", "domb.end=hold", "domb.tpm", "domb.", "console=hvc0",
        "domb.tpm=require domb.end=hold", "domb.tpm=require\tx",
    ])
    func onlyWordsThatTightenAreTaken(word: String) {
        #expect(throws: CommandArguments.Misuse(word: bytes(word))) { try self.parse(["--lcm", "a", word]) }
    }

    /// The word that is told is the one that is wrong.
    @Test func aMisuseNamesItsWord() {
        #expect(throws: CommandArguments.Misuse(word: bytes("--quiet"))) {
            try self.parse(["--lcm", "a", "--quiet", "--loud"])
        }
        #expect(throws: CommandArguments.Misuse(word: bytes("--log"))) { try self.parse(["--lcm", "a", "--log"]) }
        #expect(throws: CommandArguments.Misuse(word: bytes("--lcm"))) { try self.parse(["--allow-others"]) }
    }

    /// I9: what the measured command line demands holds for a command, too, and no word of the call can loosen it.
    @Test func theKernelsWordsHold() throws {
        let arguments = try parse(["--lcm", "a", "--allow-others"]).launch(
            commandLine: bytes("quiet domb.tpm=require domb.end=reboot"))
        #expect(arguments.leastTPMPolicy == .require)
        #expect(arguments.launcher == .command)
        #expect(arguments.allowsOthers)
        // It is what the boot loader measured: the call's words are not in it.
        #expect(arguments.commandLine == bytes("quiet domb.tpm=require domb.end=reboot"))
        #expect(throws: LaunchArguments.ParseFailure(word: bytes("domb.tpm=off"))) {
            try self.parse(["--lcm", "a", "domb.tpm=off"]).launch(commandLine: self.bytes("domb.tpm=require"))
        }
        #expect(throws: LaunchArguments.ParseFailure.self) {
            try self.parse(["--lcm", "a"]).launch(commandLine: self.bytes("domb.tmp=require"))
        }
    }

    @Test func bootArgumentsAreThoseOfABootDomain() throws {
        let arguments = try LaunchArguments(parsing: bytes("--lcm /x domb.tpm=warn"))
        #expect(arguments.launcher == .bootDomain)
        #expect(!arguments.allowsOthers)
    }
}

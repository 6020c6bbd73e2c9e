// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import LaunchControl
import LinuxBindings
import Platform
import Sequencer
import TPMBindings
import XenBindings

/// domb-init as a command of a dom0 that runs already: the same launch, of domains that a toolstack created paused, with
/// an exit status for its end. Nothing of a boot domain is set up, ended or handed over. docs/classic-dom0.md.
enum CommandLaunch {
    static func run() -> Never { CommandProcess.exit(launch().rawValue) }

    private static func launch() -> CommandStatus {
        var journal = ConsoleJournal(command: "domb", log: nil, trace: nil)
        do throws(SystemError) {
            let words = try CommandProcess.begin()
            guard let call = parse(words, &journal) else { return .usage }
            return try launch(call)
        } catch {
            journal.note(error.message)
            switch error.call {
            case .openModuleFile: return .noInput
            case .createFile: return .cannotCreate
            default: return .unavailable
            }
        }
    }

    private static func parse(_ words: [[UInt8]], _ journal: inout ConsoleJournal) -> CommandArguments? {
        do throws(CommandArguments.Misuse) {
            return try CommandArguments(parsing: words)
        } catch {
            journal.note("not understood, or without its value: \(escaped: error.word)")
            journal.note("domb-init --lcm FILE [--log FILE] [--trace FILE] [--allow-others] [domb.lcm=sha256:HEX]")
            journal.note("    [domb.tpm=require|warn|off]")
            return nil
        }
    }

    /// Before the launch everything that can be missing is there, or nothing has an effect.
    private static func launch(_ call: CommandArguments) throws(SystemError) -> CommandStatus {
        let module = try CommandProcess.readModule(call.lcm, limit: Limits.moduleBytes)
        let host = try XenctrlHypervisor()
        var log: NewFile?
        var trace: NewFile?
        if let path = call.log { log = try NewFile(path) }
        if let path = call.trace { trace = try NewFile(path) }
        let preparation = Preparation.command(
            call, module, ConsoleJournal(command: "domb", log: log, trace: trace))
        // Others use the TPM too: /dev/tpm0 is for one alone.
        var machine = BootMachine(
            host: host, store: BootStore(device: "/dev/tpmrm0"), journal: preparation.journal,
            hashing: LibcryptoHash.self)
        do throws(LaunchFailure) {
            let handoff = try BootLaunch(preparation).run(on: &machine)
            if case .recovered(let failure) = handoff.end {
                Ending.tell(&machine.journal, "launch failed, recovered: ", failure, unpaused: machine.unpaused)
            } else {
                handoff.report(&machine)
            }
            return CommandStatus(handoff.end)
        } catch {
            machine.recordFailure(error)
            Ending.tell(&machine.journal, "launch failed: ", error, unpaused: machine.unpaused)
            return CommandStatus(after: error, unpaused: machine.unpaused.count)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import LaunchCommand
import LaunchControl
import LinuxBindings
import Platform
import Sequencer
import TPMBindings
import XenBindings

/// The launch as a command of a dom0 that runs already: of domains that a toolstack created paused, with an exit status for
/// its end. Nothing of a boot domain is set up, ended or handed over. docs/classic-dom0.md.
@main
struct DomBLaunch {
    private typealias CommandHost = XenctrlHypervisor<CommandJournal>
    private typealias CommandMachine = Machine<CommandHost, TSS2Device, LibcryptoHash>

    static func main() { PowerControl.exit(launch().rawValue) }

    private static func launch() -> CommandStatus {
        var console = ConsoleJournal(standardError: "domb")
        do throws(SystemError) {
            let words = try CommandProcess.begin()
            guard let call = parse(words, &console),
                let arguments = arguments(call, try KernelCommandLine.read(), &console)
            else { return .usage }
            return try launch(call, arguments, console)
        } catch {
            console.note(error.message)
            switch error.call {
            case .openModuleFile: return .noInput
            case .createFile: return .cannotCreate
            default: return .unavailable
            }
        }
    }

    private static func parse(_ words: [[UInt8]], _ console: inout ConsoleJournal) -> CommandArguments? {
        do throws(CommandArguments.Misuse) {
            return try CommandArguments(parsing: words)
        } catch {
            console.note("not understood, or without its value: \(escaped: error.word)")
            console.note("domb-launch --lcm FILE [--log FILE] [--trace FILE] [--allow-others] [domb.lcm=sha256:HEX]")
            console.note("    [domb.tpm=require|warn|off] [domb.pcr=N]")
            return nil
        }
    }

    /// With the words of dom0's own command line.
    private static func arguments(
        _ call: CommandArguments, _ commandLine: [UInt8], _ console: inout ConsoleJournal
    ) -> LaunchArguments? {
        do throws(LaunchArguments.ParseFailure) {
            return try call.launch(commandLine: commandLine)
        } catch {
            console.note(LaunchFailure(.prepare, .argument(error.word)).message)
            return nil
        }
    }

    /// Before the launch everything that can be missing is there, or nothing has an effect.
    private static func launch(
        _ call: CommandArguments, _ arguments: LaunchArguments, _ console: ConsoleJournal
    ) throws(SystemError) -> CommandStatus {
        let bytes = try CommandProcess.readModule(call.lcm, limit: Limits.moduleBytes)
        try XenctrlHypervisor(console).checkOpen()
        var log: NewFile?
        var trace: NewFile?
        if let path = call.log { log = try NewFile(path) }
        if let path = call.trace { trace = try NewFile(path) }
        // Others use the TPM too: /dev/tpm0 is for one alone.
        var machine = CommandMachine(
            host: CommandHost(CommandJournal(console, log: log, trace: trace)),
            tpm: TSS2Device(device: "/dev/tpmrm0"), hashing: LibcryptoHash.self, arguments: arguments)
        do throws(LaunchFailure) {
            let end = try run(bytes, on: &machine)
            if case .recovered(let failure) = end {
                machine.host.journal.report(failure, isRecovered: true, unpaused: machine.unpaused)
            } else {
                machine.host.journal.note(machine.report(end))
            }
            return CommandStatus(end)
        } catch {
            machine.recordFailure(error)
            machine.host.journal.report(error, unpaused: machine.unpaused)
            return CommandStatus(after: error, unpaused: machine.unpaused.count)
        }
    }

    private static func run(
        _ bytes: [UInt8], on machine: inout CommandMachine
    ) throws(LaunchFailure) -> LaunchEnd {
        var surroundings = Surroundings(buildID: BuildID.own())
        surroundings.otherProcesses = try LaunchFailure.during(.prepare) { () throws(SystemError) in
            try Processes.others()
        }
        let received = try ReceivedLCM(bytes, hashing: LibcryptoHash.self)
        surroundings.hasXenstored = Processes.take(
            received.lcm.settings.xenstored, from: &surroundings.otherProcesses, LibcryptoHash.self)
        return try machine.launch(received, in: surroundings)
    }
}

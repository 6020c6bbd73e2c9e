// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
#if DOMB_FAULT
    import FaultInjection
#endif
import LinuxBindings
import Platform
import Sequencer
import TPMBindings
import XenBindings

/// What PID 1 sets up before it looks at anything: file systems, console, kernel modules, its own command line. A step that
/// fails does not keep the others from being taken: the end of the boot needs the command line, the TPM and Xen.
struct Preparation {
    var journal: ConsoleJournal
    private(set) var arguments = LaunchArguments()
    private(set) var surroundings = Surroundings(buildID: BuildID.own())
    private var failure: LaunchFailure?

    /// How domb-construct runs domb-init; the kernel runs it as /init.
    private static let constructsName = Line("/domb-init").bytes

    static func run() -> Preparation {
        var failure: SystemError?
        do throws(SystemError) { try EarlyMounts.mountAll() } catch { failure = error }
        var preparation = Preparation(journal: ConsoleJournal(prefix: "domb", &failure))
        preparation.prepare(failure)
        return preparation
    }

    private mutating func prepare(_ earlier: SystemError?) {
        // Before anything is opened: what is open now was open before.
        attempt { (preparation) throws(SystemError) in
            preparation.surroundings.inheritedDescriptors = try Processes.inheritedDescriptors()
        }
        attempt { (preparation) throws(SystemError) in preparation.parse(try KernelCommandLine.read()) }
        attempt { (_) throws(SystemError) in try KernelModules.loadAll(from: "/lib/domb/modules") }
        attempt { (preparation) throws(SystemError) in
            // EPERM
            guard try Processes.areAllVisible() else { throw SystemError(.processNamespace, code: 1) }
            preparation.surroundings.otherProcesses = try Processes.others()
        }
        attempt { (preparation) throws(SystemError) in
            let words = try Processes.arguments()
            // What went wrong first is what the log has to have.
            guard words.count == 2, words[0] == Self.constructsName else { return }
            preparation.failure = LaunchFailure(.construct, .construct(words[1]))
        }
        if let earlier { failure = LaunchFailure(.prepare, .system(earlier)) }
    }

    private mutating func attempt(_ step: (inout Preparation) throws(SystemError) -> Void) {
        do throws(SystemError) { try step(&self) } catch { fail(.system(error)) }
    }

    /// The first failure counts.
    mutating func fail(_ cause: LaunchFailure.Cause) { failure = failure ?? LaunchFailure(.prepare, cause) }

    private mutating func parse(_ commandLine: [UInt8]) {
        var commandLine = commandLine
        #if DOMB_FAULT
            commandLine = FaultPoint.removed(from: commandLine)
        #endif
        do throws(LaunchArguments.ParseFailure) {
            arguments = try LaunchArguments(parsing: commandLine)
        } catch {
            arguments = LaunchArguments(understoodOf: commandLine)
            fail(.argument(error.word))
        }
    }

    var isGood: Bool { failure == nil }

    /// The failure that the launch starts with, if there was one.
    func check() throws(LaunchFailure) {
        if let failure { throw failure }
    }

    /// With Xen and the TPM, as far as they can be had.
    func machine() -> BootMachine {
        BootMachine(
            host: XenctrlHypervisor(journal), tpm: BootTPM(device: "/dev/tpm0"), hashing: LibcryptoHash.self,
            arguments: arguments)
    }
}

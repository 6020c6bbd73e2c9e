// SPDX-License-Identifier: Apache-2.0

#if DOMB_FAULT
    import FaultInjection
#endif
import LinuxBindings
import Platform
import Sequencer
import XenBindings

/// What PID 1 sets up before it looks at anything: file systems, console, kernel modules, its own command line.
struct Preparation {
    var journal: ConsoleJournal
    private(set) var arguments = LaunchArguments()
    private(set) var otherProcesses: [UInt32] = []
    private(set) var inheritedDescriptors: [UInt32] = []
    private var failure: LaunchFailure?

    /// Without a console nobody could be told anything: then the machine goes off.
    static func run() -> Preparation {
        var mountFailure: SystemError?
        do throws(SystemError) { try EarlyMounts.mountAll() } catch { mountFailure = error }
        do throws(SystemError) {
            var preparation = Preparation(journal: try ConsoleJournal(prefix: "domb"))
            if let mountFailure {
                preparation.failure = LaunchFailure(.prepare, .system(mountFailure))
            } else {
                preparation.prepare()
            }
            return preparation
        } catch {
            PowerControl.end(.powerOff)
        }
    }

    private mutating func prepare() {
        do throws(SystemError) {
            // Before anything is opened: what is open now was open before.
            inheritedDescriptors = try Processes.inheritedDescriptors()
            let commandLine = try KernelCommandLine.read()
            parse(commandLine)
            try KernelModules.loadAll(from: "/lib/domb/modules")
            // EPERM
            guard try Processes.areAllVisible() else { throw SystemError(.processNamespace, code: 1) }
            otherProcesses = try Processes.others()
        } catch {
            failure = LaunchFailure(.prepare, .system(error))
        }
    }

    private mutating func parse(_ commandLine: [UInt8]) {
        var commandLine = commandLine
        #if DOMB_FAULT
            commandLine = FaultPoint.removed(from: commandLine)
        #endif
        do throws(LaunchArguments.ParseFailure) {
            arguments = try LaunchArguments(parsing: commandLine)
        } catch {
            arguments = LaunchArguments(understoodOf: commandLine)
            failure = LaunchFailure(.prepare, .argument(error.word))
        }
    }

    /// The failure that the launch starts with, if there was one.
    func check() throws(LaunchFailure) {
        if let failure { throw failure }
    }
}

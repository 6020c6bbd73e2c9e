// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import LaunchControl
import LinuxBindings
import Measurement
import Platform
import Sequencer
import TPMBindings
import XenBindings

/// The end of a good launch: one step, after which DomB can do nothing (I7).
struct BootHandoff: ~Copyable {
    private let kind: HandoffKind
    /// Nothing was launched: no LCM.
    private let isClassic: Bool
    /// Open since before it was measured; for `exec` only.
    private let nextInit: ProgramFile?
    private(set) var end = LaunchEnd.complete

    init(_ settings: LaunchSettings) throws(LaunchFailure) {
        kind = settings.handoff
        isClassic = false
        guard let path = settings.handoffTarget else {
            nextInit = nil
            return
        }
        nextInit = try Self.open(path)
    }

    init(classic path: [UInt8]) throws(LaunchFailure) {
        kind = .execute
        isClassic = true
        nextInit = try Self.open(path)
    }

    consuming func after(_ end: LaunchEnd) -> BootHandoff {
        self.end = end
        return self
    }

    private static func open(_ path: [UInt8]) throws(LaunchFailure) -> ProgramFile {
        try LaunchFailure.during(.plan) { () throws(SystemError) in try ProgramFile(path: path) }
    }

    borrowing func nextInitIdentity() throws(LaunchFailure) -> LaunchIdentity.NextInitIdentity? {
        switch nextInit {
        case .none: return nil
        case .some(let program):
            let (digest, byteCount) = try LaunchFailure.during(.plan) { () throws(SystemError) in
                try program.digest(LibcryptoHash.self)
            }
            return LaunchIdentity.NextInitIdentity(path: program.path.bytes, byteCount: byteCount, digest: digest)
        }
    }

    /// Gives TPM and Xen back and leaves. Returns never; what fails here ends as any failure does.
    consuming func perform(_ machine: consuming BootMachine, orElse ending: Ending) -> Never {
        if case .recovered(let failure) = end { ending.recovered(machine, failure) }
        report(&machine)
        machine.announceHandoff(kind.operation)
        var journal = machine.journal
        let (unpaused, atHandoff) = (machine.unpaused, machine.atHandoff)
        journal.flush()
        var host = machine.releaseStore()
        switch kind {
        case .shutdown:
            do throws(HandoffRefusal) {
                try host.shutDownCaller(unpausing: atHandoff)
                PowerControl.sleepForEver()
            } catch {
                ending.fail(
                    journal, unpaused: unpaused + error.unpaused, LaunchFailure(.handoff, .hypercall(error.error)))
            }
        case .park:
            Self.close(host)
            PowerControl.closeDescriptors()
            PowerControl.sleepForEver()
        case .execute:
            Self.close(host)
            let error = execute()
            ending.fail(journal, unpaused: unpaused, LaunchFailure(.handoff, .system(error)))
        }
    }

    private static func close(_ host: consuming XenctrlHypervisor) {}

    private consuming func execute() -> SystemError {
        switch nextInit {
        case .some(let program): program.execute()
        // Only a launch with a next init has this kind: the LCM's reader refuses any other.
        case .none: SystemError(.execute, code: Errno.noEntry.code)
        }
    }

    borrowing func report(_ machine: inout BootMachine) {
        machine.journal.note("peak memory \(PowerControl.peakMemory()) KiB")
        guard !isClassic else { return }
        machine.journal.note("\(machine.report(end)), handoff \(kind.name)")
    }
}

// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// The trace's last entries: what the handoff is about to do. Of what comes of it nobody can tell.
    public mutating func announceHandoff(_ operation: Operation) {
        let now = host.journal.now()
        for domid in atHandoff { host.journal.record(.unpauseAtHandoff, domid, 0, since: now) }
        host.journal.record(operation, nil, 0, since: now)
    }

    /// The boot domain's own shutdown, with the last unpauses. Returns what failed where Xen refuses: the boot domain still
    /// runs then, and so does whom Xen unpaused all the same. The TPM is still open, for the failure to be recorded.
    public mutating func shutDown() -> LaunchFailure? {
        guard let proof = proof.take() else { return LaunchFailure(.handoff, .measurement(.notCapped)) }
        do throws(HandoffRefusal) {
            try host.shutDownCaller(unpausing: atHandoff, proof)
            return nil
        } catch {
            unpaused += error.unpaused
            atHandoff = []
            return LaunchFailure(.handoff, .hypercall(error.error))
        }
    }

    /// The one end of every failure, of whatever stage: it goes into log and PCR, it is told, and then Xen is asked who has
    /// the hardware role. Returns what the boot domain may do with itself. Nothing that is paused is unpaused, and nothing
    /// here says to Xen that all is well (I6).
    public mutating func end(after failure: LaunchFailure) -> LaunchArguments.End {
        recordFailure(failure)
        host.journal.report(failure, unpaused: unpaused)
        host.journal.note("end: \(arguments.end.name)")
        return endHost(arguments.end) ? arguments.end : .hold
    }

    /// Ends the host where the boot domain's own power-off would not: once the hardware role has moved, Linux here can
    /// only shut its own domain down, and a failed launch would leave a machine on which nothing runs. Returns whether
    /// the boot domain may go: only as hardware domain, whose end is the host's. Any other end of it might count as
    /// that of a good launch, upon which a hypervisor unpauses whatever is paused (I6).
    mutating func endHost(_ end: LaunchArguments.End) -> Bool {
        guard end != .hold else { return false }
        do throws(HypercallError) {
            if try host.callerIsHardwareDomain() { return true }
            guard let domid = BootOptions.lateHardwareDomain(in: try host.commandLine()) else {
                host.journal.note(
                    "another domain has the hardware: the boot domain stays, or its end could be taken for success")
                return false
            }
            let what: Line = end == .reboot ? "restarts the machine" : "halts the machine, which stays on"
            host.journal.note("the hardware role is domain \(domid)'s: Xen \(what)")
            try host.apply(.shutDownHost(reboot: end == .reboot), to: domid)
        } catch {
            // Who has the hardware is not known then, or it cannot be shut down.
            host.journal.note("the boot domain stays: \(error.message)")
        }
        return false
    }
}

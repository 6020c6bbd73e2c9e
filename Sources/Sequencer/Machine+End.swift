// SPDX-License-Identifier: Apache-2.0

import Platform

extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    /// The trace's last entries: what the handoff is about to do. Of what comes of it nobody can tell.
    public mutating func announceHandoff(_ operation: Operation) {
        let now = journal.now()
        for domid in atHandoff { record(.unpauseAtHandoff, domid, 0, since: now) }
        record(operation, nil, 0, since: now)
    }

    /// Ends the host where the boot domain's own power-off would not: once the hardware role has moved, Linux here can
    /// only shut its own domain down, and a failed launch would leave a machine on which nothing runs. Returns whether
    /// the boot domain may go: only as hardware domain, whose end is the host's. Any other end of it might count as
    /// that of a good launch, upon which a hypervisor unpauses whatever is paused (I6).
    public mutating func endHost(_ end: LaunchArguments.End) -> Bool {
        guard end != .hold else { return false }
        do throws(HypercallError) {
            if try callerIsHardwareDomain() { return true }
            guard let domid = BootOptions.lateHardwareDomain(in: try commandLine()) else {
                journal.note(
                    "another domain has the hardware: the boot domain stays, or its end could be taken for success")
                return false
            }
            let what: Line = end == .reboot ? "restarts the machine" : "halts the machine, which stays on"
            journal.note("the hardware role is domain \(domid)'s: Xen \(what)")
            try apply(.shutDownHost(reboot: end == .reboot), to: domid)
        } catch {
            journal.note("the hardware domain could not be shut down: \(error.message)")
        }
        return false
    }
}

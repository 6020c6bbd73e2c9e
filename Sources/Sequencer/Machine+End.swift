// SPDX-License-Identifier: Apache-2.0

import Platform

extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    /// Ends the host where the boot domain's own power-off would not: once the hardware role has moved, Linux here can
    /// only shut its own domain down, and a failed launch would leave a machine on which nothing runs. Returns where
    /// the boot domain has the role itself, or Xen refuses.
    public mutating func endHost(_ end: LaunchArguments.End) {
        guard end != .hold else { return }
        do throws(HypercallError) {
            guard !(try callerIsHardwareDomain()), let domid = Self.hardwareDomain(try commandLine()) else { return }
            var line = Line("the hardware role is domain ")
            line.append(domid)
            line.append(end == .reboot ? "'s: Xen restarts the machine" : "'s: Xen halts the machine, which stays on")
            journal.note(line)
            try shutDownHost(hardwareDomain: domid, reboot: end == .reboot)
        } catch {
            var line = Line("the hardware domain could not be shut down: ")
            line.append(error)
            journal.note(line)
        }
    }

    /// `hardware_dom=` of Xen's command line (docs/misc/xen-command-line.pandoc); the last one counts.
    static func hardwareDomain(_ commandLine: [UInt8]) -> DomainID? {
        let key = Line("hardware_dom=").bytes
        var found: DomainID?
        for word in commandLine.split(separator: UInt8(ascii: " ")) where word.starts(with: key) {
            guard let value = Decimal.parse(word.dropFirst(key.count)), let short = UInt16(exactly: value) else {
                continue
            }
            found = DomainID(rawValue: short)
        }
        return found
    }
}

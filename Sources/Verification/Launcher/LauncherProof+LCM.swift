// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// That the LCM which DomB was given is the one of the log: the boot domain's command line pins it, or the tables that carry
/// it are among the files that GRUB loaded as tables.
extension LauncherProof {
    mutating func checkModule(_ commands: [BootLoaderCommand], _ read: [Accounted]) {
        guard let lcm else { return }
        let named = commands.filter { $0.effect == .loadsTables }.map { BootLoaderCommand.baseName($0.file) }
        let loaded = read.compactMap(\.file).filter { named.contains($0.baseName) }
        let tables = files.filter { $0.table != nil }
        if let other = tables.first(where: { table in !loaded.contains { $0.name == table.name } }) {
            report(.module, .failed, "\(other.name): no command of PCR 8 gave this table to Xen", pcr: 8)
        } else if !tables.isEmpty {
            checkCarried(tables.compactMap(\.table), lcm)
        } else if pin == lcm {
            report(.module, .ok, "the LCM is the one that the boot domain's command line pins (domb.lcm=)")
        } else if let file = loaded.first(where: { $0.isTables }) {
            report(
                .module, .warning,
                "\(file.name) is measured, and is no table with an LCM: that it is the source of the one which was launched "
                    + "is your word")
        } else {
            report(
                .module, unproven,
                "nothing that was measured before DomB says which LCM it was given: pin it (domb.lcm=), or give the tables "
                    + "that the boot loader read")
        }
    }

    private mutating func checkCarried(_ tables: [[UInt8]], _ lcm: Digest) {
        var carried: [UInt8]?
        do throws(ContainerError) {
            carried = try LaunchControlContainer.assemble(tables, hashing: Hash.self)
        } catch {
            report(.module, .failed, "the LCM's tables among the files are not whole: \(error)")
            return
        }
        let isSame = carried.map { Hash.digest(.sha256, of: $0) } == lcm
        report(
            .module, isSame ? .ok : .failed,
            isSame
                ? "the LCM in the ACPI tables among the files is the one that was launched"
                : "the LCM in the ACPI tables among the files is not the one that was launched")
    }
}

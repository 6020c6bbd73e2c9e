// SPDX-License-Identifier: Apache-2.0

import Platform

/// One image that holds Xen, its configuration, kernel and ramdisk, in place of GRUB's loads.
extension LauncherProof {
    mutating func checkUnified(_ commands: [BootLoaderCommand], _ started: [Accounted]) {
        guard let file = startedLast(commands, started), let image = file.unified else {
            guard !commands.contains(where: { $0.effect == .loadsXen }) else { return }
            report(
                .bootSystem, unproven,
                "no Xen: PCR 8 has no command that loads one, and the last program of PCR 4 is no image with all in it",
                pcr: 8)
            return
        }
        report(
            .bootSystem, .ok, "\(file.name): Xen with configuration, kernel and initramfs in it, started last", pcr: 4)
        checkCommandLines(xen: image.xenCommandLine, bootDomain: image.commandLine, of: file.name, 4)
        checkLoadOptions(file)
    }

    /// The last program that firmware measured, if it is Xen with everything in it, and the boot loader loaded nothing else
    /// and gave it no words: Xen takes a section's name, and options behind "--", from its load options also where its
    /// configuration is built in (Xen, xen/common/efi/boot.c).
    private func startedLast(_ commands: [BootLoaderCommand], _ started: [Accounted]) -> LauncherFile? {
        let loads = commands.filter { $0.effect.isLoad }
        guard loads.count <= 1, loads.allSatisfy({ $0.effect == .loadsAnother && $0.arguments.isEmpty }) else {
            return nil
        }
        return started.last { !$0.isKnown }?.file.flatMap { $0.unified == nil ? nil : $0 }
    }

    /// A boot entry of the firmware has load options too, and PCR 1 alone tells of them.
    private mutating func checkLoadOptions(_ file: LauncherFile) {
        guard !trusted.contains(1) else { return }
        report(
            .loadOptions, unproven,
            "what the firmware's boot entry hands to \(file.name) is in PCR 1, which was compared with no boot that was "
                + "trusted (--baseline)", pcr: 1)
    }
}

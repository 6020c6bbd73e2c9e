// SPDX-License-Identifier: Apache-2.0

import Platform

/// One image that holds Xen, its configuration, kernel and ramdisk, in place of GRUB's loads.
extension LauncherProof {
    mutating func checkUnified(_ commands: [BootLoaderCommand], _ started: [Accounted], _ read: [Accounted]) {
        guard let file = startedLast(commands, started), let image = file.unified else {
            guard !commands.contains(where: { $0.effect == .loadsXen }) else { return }
            report(
                .bootSystem, unproven,
                "no Xen: PCR 8 has no command that loads one, and PCR 4 ends in no image with all in it that firmware started, "
                    + "or GRUB without words (chainloader)",
                pcr: 8)
            return
        }
        report(
            .bootSystem, .ok, "\(file.name): Xen with configuration, kernel and initramfs in it, started last", pcr: 4)
        if started.filter({ !$0.isKnown }).count > 1 { _ = checkRun(commands, read) }
        checkCommandLines(
            CommandLine(image.xenCommandLine, CommandLineWords.words(image.xenCommandLine)),
            CommandLine(image.commandLine, CommandLineWords.words(image.commandLine)), of: file.name, 4)
        checkLoadOptions(file)
    }

    /// The last program that firmware measured, if it is Xen with everything in it and nobody gave it words: Xen takes a
    /// section's name, and options behind "--", from its load options also where its configuration is built in (Xen,
    /// xen/common/efi/boot.c). The firmware started it; or GRUB did, which tells its words in PCR 8, and whose command was
    /// the last one. Another loader's words are in no PCR that counts, or nowhere.
    private func startedLast(_ commands: [BootLoaderCommand], _ started: [Accounted]) -> LauncherFile? {
        let programs = started.filter { !$0.isKnown }
        guard let file = programs.last?.file, file.unified != nil else { return nil }
        if programs.count == 1 { return commands.isEmpty ? file : nil }
        let loaders = programs.dropLast()
        guard loaders.count == 1 || (loaders.count == 2 && loaders.first?.file?.isShim == true),
            loaders.last?.file?.isShim == false, isStarted(file, by: commands)
        else { return nil }
        return file
    }

    private func isStarted(_ file: LauncherFile, by commands: [BootLoaderCommand]) -> Bool {
        guard let load = commands.firstIndex(where: { $0.effect.isLoad }) else { return false }
        let command = commands[load]
        return command.name == Line("chainloader").bytes && !command.isNested && command.arguments.isEmpty
            && BootLoaderCommand.baseName(command.file) == file.baseName
            && commands[(load + 1)...].allSatisfy { $0.isEcho || $0.isBoot }
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

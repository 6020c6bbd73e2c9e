// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// The way from the firmware to the boot domain: a loader, and either Xen, kernel and initramfs that it read, or one image
/// that holds all of them.
extension LauncherProof {
    /// The commands of PCR 8 that are proven.
    mutating func checkCommands() -> [BootLoaderCommand] {
        let events = events(8)
        var commands: [BootLoaderCommand] = []
        var harmful: [String] = []
        for event in events {
            guard let command = BootLoaderCommand(event, in: banks(8), hashing: Hash.self) else {
                if KnownEvent.isSeparator(event, in: banks(8), hashing: Hash.self) { continue }
                harmful.append("PCR 8 record \(event.number): what was measured is not the text that the log tells")
                continue
            }
            commands.append(command)
            guard let harm = Self.harm(command.effect) else { continue }
            harmful.append("PCR 8 record \(command.record): the boot loader ran \"\(excerpt(command.text))\": \(harm)")
        }
        for text in harmful.prefix(Self.most) { report(.commands, unproven, text, pcr: 8) }
        if harmful.count > Self.most {
            report(.commands, unproven, "and \(harmful.count - Self.most) more of the like", pcr: 8)
        } else if harmful.isEmpty, !events.isEmpty {
            report(
                .commands, .ok,
                "PCR 8: \(events.count) commands and command lines of the boot loader, none of which is known to write into "
                    + "memory or to end the measuring", pcr: 8)
        }
        return commands
    }

    private static func harm(_ effect: BootLoaderCommand.Effect) -> String? {
        switch effect {
        case .writesMemory: "that can change what it had measured before"
        case .stopsMeasuring: "what follows may not be measured"
        case .readsUnmeasured: "what it reads is not measured"
        case .dropsTables: "tables of the firmware are kept from Xen"
        case .none, .loadsTables, .loadsXen, .loadsModule, .loadsAnother: nil
        }
    }

    /// The program that firmware started.
    mutating func checkLoader(_ started: [Accounted]) {
        guard !started.contains(where: { $0.file != nil }) else { return }
        report(.loader, unproven, "PCR 4 has no event of a boot loader that is among the files given", pcr: 4)
    }

    /// The names of what GRUB loaded; none where it loaded nothing, or what it loaded is unproven.
    mutating func checkSystem(_ commands: [BootLoaderCommand], _ read: [Accounted]) -> [[UInt8]] {
        guard commands.contains(where: { $0.effect == .loadsXen }) else { return [] }
        do throws(LoadedSystem.Problem) {
            let system = try LoadedSystem(commands)
            checkRead(system, read)
            let names = system.images.map { BootLoaderCommand.baseName($0.command.file) }
            let words = checkRun(system.run, read.filter { $0.file.map { names.contains($0.baseName) } != true })
            checkCommandLines(
                CommandLine(system.xen.commandLine, words?[system.xen.command.record]),
                CommandLine(system.kernel.commandLine, words?[system.kernel.command.record]), of: "PCR 8", 8)
            return names
        } catch {
            report(.bootSystem, unproven, Self.text(error), pcr: 8)
            return commands.filter { $0.effect.isLoad }.map { BootLoaderCommand.baseName($0.file) }
        }
    }

    private static func text(_ problem: LoadedSystem.Problem) -> String {
        switch problem {
        case .nothing: "PCR 8 has no command that loads Xen"
        case .another(let record):
            "PCR 8 record \(record): the boot loader loaded something besides one Xen (multiboot2) and its modules (module2)"
        case .outOfPlace(let record):
            "PCR 8 record \(record): from multiboot2 to boot there may be module2, its lines and echo alone: what else was "
                + "loaded or started is not in the log"
        case .line(let record):
            "PCR 8 record \(record): what comes next is not the command line that this command hands over"
        case .tooFewModules: "the boot loader gave Xen fewer than two modules: a kernel and an initramfs are needed"
        }
    }

    /// GRUB reads a module when something needs it first, such as gzio for the first compressed file.
    private static func advice(_ loaded: some Collection<Accounted>) -> String {
        let modules = loaded.compactMap { (accounted: Accounted) -> String? in
            if case .module(let file) = accounted.account { file.name } else { nil }
        }
        return modules.isEmpty
            ? ""
            : ": the boot loader read \(modules.joined(separator: ", ")) between; have it read before multiboot2 (insmod)"
    }

    /// The files of the commands, in their order, and the last that were read at all: a file that was read before or behind
    /// may have lain under another name.
    private mutating func checkRead(_ system: LoadedSystem, _ read: [Accounted]) {
        // What nobody accounts for is told, and stands between the others.
        let isWhole = read.allSatisfy { if case .nobody = $0.account { false } else { true } }
        guard !files.isEmpty, isWhole else { return }
        let tail = read.suffix(system.images.count)
        guard tail.count == system.images.count else {
            report(
                .bootSystem, unproven, "PCR 9 has \(read.count) files, and \(system.images.count) were loaded", pcr: 9)
            return
        }
        for (image, accounted) in zip(system.images, tail)
        where accounted.file?.baseName != BootLoaderCommand.baseName(image.command.file) {
            report(
                .bootSystem, unproven,
                "PCR 9 record \(accounted.event.number) is \(accounted.name ?? "none of the files given"), and what was "
                    + "loaded there is \"\(excerpt(image.command.file))\" (PCR 8 record \(image.command.record))"
                    + Self.advice(tail), pcr: 9)
            return
        }
        let names = tail.compactMap { $0.file?.baseName }
        let before = read.dropLast(system.images.count)
        if let again = before.first(where: { $0.file.map { names.contains($0.baseName) } == true }) {
            report(
                .bootSystem, unproven,
                "PCR 9 record \(again.event.number): \(again.file?.name ?? "") was read before it was loaded, too",
                pcr: 9)
            return
        }
        report(
            .bootSystem, .ok, "Xen and its \(system.images.count - 1) modules are the files that were read last", pcr: 9
        )
        guard !before.contains(where: { $0.file?.isTables == false }) else { return }
        report(
            .bootConfiguration, unproven, "no configuration of the boot loader is among the files that it read", pcr: 9)
    }
}

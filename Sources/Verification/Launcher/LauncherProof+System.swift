// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

/// The way from the firmware to the boot domain: a loader, and either Xen, kernel and initramfs that it read, or one image
/// that holds all of them.
extension LauncherProof {
    /// The commands of PCR 8 that are proven.
    mutating func checkCommands() -> [BootLoaderCommand] {
        let events = events(8)
        var commands: [BootLoaderCommand] = []
        var isHarmless = true
        for event in events {
            guard let command = BootLoaderCommand(event, in: banks(8), hashing: Hash.self) else {
                if case .known = account(event, 8) { continue }
                isHarmless = false
                report(
                    .commands, unproven,
                    "PCR 8 record \(event.number): what was measured is not the text that the log tells",
                    pcr: 8)
                continue
            }
            commands.append(command)
            guard let harm = Self.harm(command.effect) else { continue }
            isHarmless = false
            report(
                .commands, unproven,
                "PCR 8 record \(command.record): the boot loader ran \"\(printable(command.text))\": \(harm)", pcr: 8)
        }
        if isHarmless, !events.isEmpty {
            report(
                .commands, .ok,
                "PCR 8: \(events.count) commands and command lines of the boot loader, none of which writes into memory",
                pcr: 8)
        }
        return commands
    }

    private static func harm(_ effect: BootLoaderCommand.Effect) -> String? {
        switch effect {
        case .writesMemory: "that can change what it had measured before"
        case .stopsMeasuring: "what follows may not be measured"
        case .dropsTables: "tables of the firmware are kept from Xen"
        case .none, .loadsTables, .loadsXen, .loadsModule, .loadsAnother: nil
        }
    }

    /// The program that firmware started.
    mutating func checkLoader() {
        let isMeasured = events(4).contains { event in files.contains { $0.explains(event, in: banks(4)) } }
        guard !isMeasured else { return }
        report(.loader, unproven, "PCR 4 has no event of a boot loader that is among the files given", pcr: 4)
    }

    mutating func checkSystem(_ commands: [BootLoaderCommand]) {
        do throws(LoadedSystem.Problem) {
            let system = try LoadedSystem(commands)
            checkRead(system)
            checkCommandLines(
                xen: system.xen.commandLine, bootDomain: system.kernel.commandLine, of: "PCR 8", 8)
        } catch {
            guard let image = startedImage(commands) else {
                report(.bootSystem, unproven, Self.text(error), pcr: 8)
                return
            }
            report(
                .bootSystem, .ok, "\(image.name): Xen with configuration, kernel and initramfs in it, started last",
                pcr: 4)
            guard let unified = image.unified else { return }
            checkCommandLines(
                xen: unified.xenCommandLine, bootDomain: unified.commandLine, of: image.name, 4)
        }
    }

    /// The last program that firmware measured, if it is Xen with everything in it, and the boot loader loaded nothing else.
    private func startedImage(_ commands: [BootLoaderCommand]) -> LauncherFile? {
        let loads = commands.filter {
            $0.effect == .loadsAnother || $0.effect == .loadsXen || $0.effect == .loadsModule
        }
        guard loads.count <= 1, loads.allSatisfy({ $0.effect == .loadsAnother }) else { return nil }
        let programs = events(4).filter { if case .known = account($0, 4) { false } else { true } }
        guard let last = programs.last, case .file(let file) = account(last, 4), file.unified != nil else { return nil }
        return file
    }

    private static func text(_ problem: LoadedSystem.Problem) -> String {
        switch problem {
        case .nothing:
            "no Xen: PCR 8 has no command that loads one, and the last program of PCR 4 is no image with all in it"
        case .another(let record):
            "PCR 8 record \(record): the boot loader loaded something besides Xen and its modules"
        case .twice(let record):
            "PCR 8 record \(record): the boot loader loaded a second time: which one it started is not in the log"
        case .tooFewModules: "the boot loader gave Xen fewer than two modules: a kernel and an initramfs are needed"
        }
    }

    /// The files of the commands, in their order and at the end of what was read: a file that was read before may have lain
    /// under another name.
    private mutating func checkRead(_ system: LoadedSystem) {
        // What nobody accounts for is told, and stands between the others.
        let isWhole = events(9).allSatisfy { if case .nobody = account($0, 9) { false } else { true } }
        guard !files.isEmpty, isWhole else { return }
        let read = filesRead()
        let tail = read.suffix(system.images.count)
        guard tail.count == system.images.count else {
            report(
                .bootSystem, unproven,
                "PCR 9 has \(read.count) of the files given, and \(system.images.count) were loaded",
                pcr: 9)
            return
        }
        for (image, (event, file)) in zip(system.images, tail)
        where BootLoaderCommand.baseName(image.command.file) != file.baseName {
            report(
                .bootSystem, unproven,
                "PCR 9 record \(event.number) is \(file.name), and what was loaded there is \"\(printable(image.command.file))\" "
                    + "(PCR 8 record \(image.command.record))", pcr: 9)
            return
        }
        report(
            .bootSystem, .ok, "Xen and its \(system.images.count - 1) modules are the files that were read last", pcr: 9
        )
        let named = system.images.map { BootLoaderCommand.baseName($0.command.file) }
        let others = read.dropLast(system.images.count).contains {
            $0.file.table == nil && !named.contains($0.file.baseName)
        }
        if !others {
            report(
                .bootConfiguration, unproven, "no configuration of the boot loader is among the files that it read",
                pcr: 9)
        }
    }

    /// DomB's own record of the command lines is what it was started with.
    private mutating func checkCommandLines(xen: [UInt8], bootDomain: [UInt8], of holder: String, _ pcr: UInt8) {
        guard let identity else { return }
        for (whose, recorded, given) in [
            ("Xen's", identity.xenCommandLine, xen), ("the boot domain's", identity.commandLine, bootDomain),
        ] {
            let isSame = BootLoaderCommand.trimmed(recorded) == given
            report(
                .commandLine, isSame ? .ok : unproven,
                isSame
                    ? "\(whose) command line is that of \(holder)"
                    : "\(whose) command line is \"\(printable(recorded))\", and that of \(holder) is "
                        + "\"\(printable(given))\"", pcr: pcr)
        }
    }

    /// That the LCM which DomB was given is the one of the log: the boot domain's command line pins it, or the tables that
    /// carry it are among the files.
    mutating func checkModule(_ commands: [BootLoaderCommand]) {
        guard let module else { return }
        let tables = files.compactMap(\.table)
        guard !tables.isEmpty else { return checkSource(module, commands) }
        var carried: [UInt8]?
        do throws(ContainerError) {
            carried = try LaunchControlContainer.assemble(tables, hashing: Hash.self)
        } catch {
            report(.module, .failed, "the LCM's tables among the files are not whole: \(error)")
            return
        }
        let isSame = carried.map { Hash.digest(.sha256, of: $0) } == module
        report(
            .module, isSame ? .ok : .failed,
            isSame
                ? "the LCM in the ACPI tables among the files is the one that was launched"
                : "the LCM in the ACPI tables among the files is not the one that was launched")
    }

    private mutating func checkSource(_ module: Digest, _ commands: [BootLoaderCommand]) {
        let read = filesRead().map(\.file.baseName)
        let loaded = commands.first { $0.effect == .loadsTables && read.contains(BootLoaderCommand.baseName($0.file)) }
        if pin == module {
            report(.module, .ok, "the LCM is the one that the boot domain's command line pins (domb.lcm=)")
        } else if let loaded {
            report(
                .module, .warning,
                "\(printable(loaded.file)) is measured, and is no table with an LCM: that it is the source of the one which "
                    + "was launched is your word")
        } else {
            report(
                .module, unproven,
                "nothing that was measured before DomB says which LCM it was given: pin it (domb.lcm=), or give the tables "
                    + "that the boot loader read")
        }
    }
}

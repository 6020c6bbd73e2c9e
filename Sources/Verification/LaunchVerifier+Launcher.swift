// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Who wrote the log: without it the PCR proves that somebody extended it, not that DomB did.
extension LaunchVerifier {
    mutating func checkLauncher() {
        guard let firmware = evidence.firmwareLog else {
            guard !evidence.logOnly else { return }
            report(
                .launcher, unproven,
                "launcher unproven: no firmware log says what ran before; whoever can extend the PCR can extend the same values"
            )
            return
        }
        checkFirmwarePCRs(firmware)
        let strings = firmware.events.compactMap { MeasuredString($0, hashing: Hash.self) }
        checkCommandLines(strings)
        checkCommands(strings, firmware)
        guard !evidence.launcherFiles.isEmpty else {
            report(
                .launcher, unproven,
                "launcher unproven: what ran before is measured, and was compared with no file (--launcher-file)")
            return
        }
        for file in evidence.launcherFiles { checkFile(file, firmware) }
        checkModule()
        listOthers(firmware)
    }

    private var unproven: Check.Status { evidence.withoutLauncher ? .warning : .failed }

    /// PCRs 0 to 9 are the firmware's and the boot loader's (UAPI.7, TPM2 PCR measurements). One without events must hold
    /// what it starts with.
    private mutating func checkFirmwarePCRs(_ firmware: FirmwareLog) {
        var covered: [UInt8] = []
        var weak: [UInt8] = []
        for index in 0...9 as ClosedRange<UInt8> {
            let banks = firmware.banks.filter { isCovered($0, index, firmware) }
            let wrong = firmware.banks.filter { bank in
                guard let held = evidence.pcrs?.value(bank, index), let replayed = firmwareValue(bank, index) else {
                    return false
                }
                return held != replayed
            }
            if !wrong.isEmpty {
                report(
                    .launcher, .failed, "PCR \(index): the firmware log does not lead to its value in \(names(wrong))")
            } else if !firmwarePCRs.contains(index) {
                continue
            } else if banks.isEmpty {
                report(
                    .launcher, unproven,
                    "PCR \(index): the firmware log has events of it, and "
                        + (evidence.quote == nil ? "no value of it is given" : "the quote does not prove it"))
            } else {
                covered.append(index)
                if banks == [.sha1] { weak.append(index) }
            }
        }
        if !covered.isEmpty {
            report(.launcher, .ok, "the firmware log leads to the values of PCRs \(list(covered))")
        }
        if !weak.isEmpty {
            report(
                .launcher, .warning, "sha1 only, of PCRs \(list(weak)): a second file with the same digest can be made")
        }
    }

    private func list(_ pcrs: [UInt8]) -> String { pcrs.map { "\($0)" }.joined(separator: ", ") }

    /// With a quote only what it covers counts: values from a file beside it are nobody's word.
    private func isCovered(_ bank: HashAlgorithm, _ index: UInt8, _ firmware: FirmwareLog) -> Bool {
        guard let replayed = firmwareValue(bank, index) else { return false }
        guard let quote = evidence.quote else { return evidence.pcrs?.value(bank, index) == replayed }
        return !quotedBanks.isEmpty && quote.quote.banks(selecting: index).contains(bank)
    }

    private mutating func checkCommandLines(_ strings: [MeasuredString]) {
        guard let identity else { return }
        let lines = [
            ("Xen's", identity.xenCommandLine, strings.compactMap { $0.xenCommandLine }),
            ("the boot domain's", identity.commandLine, strings.compactMap { $0.moduleCommandLine }),
        ]
        for (whose, line, measured) in lines {
            let found = measured.contains(MeasuredString.trimmed(line[...]))
            report(
                .launcher, found ? .ok : unproven,
                found
                    ? "\(whose) command line is one that the boot loader measured into PCR 8"
                    : "\(whose) command line is not among what the boot loader measured into PCR 8: "
                        + "\"\(printable(line))\"")
        }
    }

    /// A command that writes into memory may change what was read and measured before it; an event whose text is not what was
    /// measured may have been one.
    private mutating func checkCommands(_ strings: [MeasuredString], _ firmware: FirmwareLog) {
        let events = firmware.events.filter { $0.pcr == 8 && $0.type == FirmwareLog.EventType.ipl }
        guard !events.isEmpty else { return }
        let writers = strings.filter { $0.writesMemory }
        for string in writers {
            report(
                .launcher, unproven,
                "the boot loader ran \"\(printable(string.text))\": that can change what it had measured before")
        }
        if strings.count < events.count {
            report(
                .launcher, unproven,
                "PCR 8: \(events.count - strings.count) of \(events.count) events are not of the command that they tell"
            )
        } else if writers.isEmpty {
            report(
                .launcher, .ok,
                "PCR 8: \(events.count) commands and command lines of the boot loader, none of which writes into memory"
            )
        }
    }

    private mutating func checkFile(_ file: LauncherFile, _ firmware: FirmwareLog) {
        let events = firmware.events.filter { $0.isOfFile && file.explains($0) }
        let places = events.map { "PCR \($0.pcr) record \($0.number)" }.joined(separator: ", ")
        report(
            .launcher, events.isEmpty ? .failed : .ok,
            events.isEmpty ? "\(file.name): no event of PCR 4 or 9 is of it" : "\(file.name): measured, \(places)")
    }

    /// Where the LCM's tables are among the files: that what they carry is what DomB launched.
    private mutating func checkModule() {
        let tables = evidence.launcherFiles.compactMap(\.table)
        guard !tables.isEmpty, let launched else { return }
        var carried: [UInt8]?
        do throws(ContainerError) {
            carried = try LaunchControlContainer.assemble(tables, hashing: Hash.self)
        } catch {
            report(.launcher, .failed, "the LCM's tables among the files are not whole: \(error)")
            return
        }
        let isSame = carried.map { Hash.digest(.sha256, of: $0) } == launched
        report(
            .launcher, isSame ? .ok : .failed,
            isSame
                ? "the LCM in the ACPI tables among the files is the one that was launched"
                : "the LCM in the ACPI tables among the files is not the one that was launched")
    }

    /// SHA-256 of the LCM, by the log.
    private var launched: Digest? {
        for record in log.records {
            if case .event(.module(_, let digest), _) = record.content { return digest }
        }
        return nil
    }

    /// One file that nobody accounts for may be the one that really runs.
    private mutating func listOthers(_ firmware: FirmwareLog) {
        var names: [String] = []
        for event in firmware.events where event.isOfFile {
            guard !evidence.launcherFiles.contains(where: { $0.explains(event) }) else { continue }
            if let file = evidence.launcherModules.first(where: { $0.explains(event) }) {
                names.append(file.name)
                continue
            }
            let data = event.data.last == 0 ? [UInt8](event.data.dropLast()) : event.data
            let name = event.type == FirmwareLog.EventType.ipl ? " \"\(printable(data))\"" : ""
            let digest = event.digests.last.map { " \(hexadecimal($0.bytes))" } ?? ""
            report(
                .launcher, unproven,
                "ran or was read before, and is none of the files given: PCR \(event.pcr) record \(event.number)\(name)\(digest)"
            )
        }
        if !names.isEmpty {
            report(.launcher, .ok, "of the folders given were read, too: \(names.joined(separator: ", "))")
        }
    }
}

extension FirmwareLog.Event {
    /// A program that firmware started, or a file that GRUB read.
    fileprivate var isOfFile: Bool {
        pcr == 4 && type == FirmwareLog.EventType.bootServicesApplication
            || pcr == 9 && isExtended && type != FirmwareLog.EventType.separator
    }
}

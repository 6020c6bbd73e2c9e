// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// What ran before DomB, by the events of PCRs 2, 4, 8 and 9. A PCR holds digests alone: type and data of an event are
/// whoever wrote the log's. So an event counts by its PCR and its digests, and every one of these PCRs must be accounted for.
struct LauncherProof<Hash: ContentHash> {
    let firmware: FirmwareLog
    let files: [LauncherFile]
    /// Files that the boot loader may have read, and need not.
    let modules: [LauncherFile]
    /// The banks in which the log leads to the PCR's proven value, from PCR 0 on.
    let covered: [[HashAlgorithm]]
    /// The PCRs that are as they were at a trusted boot.
    let trusted: [UInt8]
    /// What the log's first record says, and the LCM's digest; neither without such a record.
    let identity: LaunchEvent.Identity?
    let lcm: Digest?
    /// The LCM that the boot domain's command line pins.
    let pin: Digest?
    /// The log is as it was predicted, and with it the command lines.
    let isPredicted: Bool
    /// What a missing proof is.
    let unproven: Check.Status

    private(set) var checks: [Check] = []
    private var unexplained = 0

    init(
        firmware: FirmwareLog, files: [LauncherFile], modules: [LauncherFile], covered: [[HashAlgorithm]],
        trusted: [UInt8], identity: LaunchEvent.Identity?, lcm: Digest?, pin: Digest?, isPredicted: Bool,
        unproven: Check.Status
    ) {
        self.firmware = firmware
        self.files = files
        self.modules = modules
        self.covered = covered
        self.trusted = trusted
        self.identity = identity
        self.lcm = lcm
        self.pin = pin
        self.isPredicted = isPredicted
        self.unproven = unproven
    }

    mutating func report(
        _ code: Check.Code, _ status: Check.Status, _ text: String, pcr: UInt8? = nil
    ) {
        checks.append(Check(code, status, text, pcr: pcr))
    }

    /// Every check, in the order of a boot.
    mutating func run() {
        let commands = checkCommands()
        let read = accounts(9, LauncherIndex(files: files, modules: modules, as: .file, banks: banks(9)))
        let loaded = checkSystem(commands, read)
        // A kernel or Xen is a program, too: started by the firmware it would run as something else.
        let programs = files.filter { !loaded.contains($0.baseName) }
        let started = accounts(4, LauncherIndex(files: programs, modules: [], as: .image, banks: banks(4)))
        if loaded.isEmpty { checkUnified(commands, started, read) }
        guard !files.isEmpty else {
            report(
                .launcherFile, unproven,
                "launcher unproven: what ran before is measured, and was compared with no file (--launcher-file)")
            return
        }
        let drivers = accounts(2, LauncherIndex(files: files, modules: [], as: .image, banks: banks(2)))
        for file in files { checkFile(file, drivers + started + read) }
        checkLoader(started)
        checkModule(commands, read)
        listOthers((trusted.contains(2) ? [] : drivers) + started + read)
    }

    /// Banks that prove nothing are looked at where no other is: so an event is still told.
    func banks(_ pcr: UInt8) -> [HashAlgorithm] {
        let banks = covered.indices.contains(Int(pcr)) ? covered[Int(pcr)] : []
        return banks.isEmpty ? firmware.banks : banks
    }

    func events(_ pcr: UInt8) -> [FirmwareLog.Event] {
        firmware.events.filter { $0.isExtended && $0.pcr == UInt32(pcr) }
    }

    /// An event, and what accounts for it.
    struct Accounted {
        let event: FirmwareLog.Event
        let account: LauncherIndex.Account

        var file: LauncherFile? { if case .file(let file) = account { file } else { nil } }
        var isKnown: Bool { if case .known = account { true } else { false } }
        var name: String? {
            switch account {
            case .file(let file), .module(let file): file.name
            case .known, .nobody: nil
            }
        }
    }

    private func accounts(_ pcr: UInt8, _ index: LauncherIndex) -> [Accounted] {
        events(pcr).map { Accounted(event: $0, account: index.account($0, hashing: Hash.self)) }
    }

    private mutating func checkFile(_ file: LauncherFile, _ events: [Accounted]) {
        let places = events.filter { $0.file?.digests == file.digests }.map {
            "PCR \($0.event.pcr) record \($0.event.number)"
        }
        report(
            .launcherFile, places.isEmpty ? .failed : .ok,
            places.isEmpty
                ? "\(file.name): no event of PCR 2, 4 or 9 is of it"
                : "\(file.name): measured, \(Self.list(places))")
    }

    /// One that nobody accounts for may be the one that really runs.
    private mutating func listOthers(_ events: [Accounted]) {
        var names: [String] = []
        for accounted in events {
            switch accounted.account {
            case .file, .known: continue
            case .module(let file): names.append(checkedModule(file, accounted.event))
            case .nobody: reportUnexplained(accounted.event)
            }
        }
        if !names.isEmpty {
            report(.launcherFile, .ok, "of the folders given were read, too: \(Self.list(names))", pcr: 9)
        }
        if unexplained > Self.most {
            report(.unexplained, unproven, "and \(unexplained - Self.most) more events that nobody accounts for")
        }
    }

    /// A log may have a hundred thousand events: so many are told one by one.
    static var most: Int { 100 }

    private static func list(_ names: [String]) -> String {
        names.prefix(most).joined(separator: ", ") + (names.count > most ? " and \(names.count - most) more" : "")
    }

    /// GRUB's rescue shell measures no command, so the module with the command has to do.
    private mutating func checkedModule(_ file: LauncherFile, _ event: FirmwareLog.Event) -> String {
        if BootLoaderCommand.writingModules.contains(where: { Line($0).bytes == file.baseName }) {
            report(
                .commands, unproven,
                "PCR 9 record \(event.number): the boot loader loaded \(file.name), whose commands write into memory or "
                    + "devices", pcr: 9)
        }
        return file.name
    }

    private mutating func reportUnexplained(_ event: FirmwareLog.Event) {
        unexplained += 1
        guard unexplained <= Self.most else { return }
        let pcr = UInt8(truncatingIfNeeded: event.pcr)
        let data = event.data.last == 0 ? [UInt8](event.data.dropLast()) : event.data
        let isText = !data.isEmpty && data.allSatisfy { (0x20..<0x7F).contains($0) }
        let told = isText ? " (the log calls it \"\(excerpt(data))\")" : ""
        let digest = banks(pcr).last.flatMap { event.digest($0) }.map { ", digest \(hexadecimal($0))" } ?? ""
        let what =
            pcr == 2
            ? "a driver or option ROM that nobody accounts for (--baseline with the same PCR 2, or --launcher-file)"
            : "ran or was read before, and is none of the files given"
        report(.unexplained, unproven, "PCR \(pcr) record \(event.number): \(what)\(told)\(digest)", pcr: pcr)
    }
}

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
    let module: Digest?
    /// The LCM that the boot domain's command line pins.
    let pin: Digest?
    /// What a missing proof is.
    let unproven: Check.Status

    private(set) var checks: [Check] = []

    mutating func report(
        _ code: Check.Code, _ status: Check.Status, _ text: String, pcr: UInt8? = nil
    ) {
        checks.append(Check(code, status, text, pcr: pcr))
    }

    /// Every check, in the order of a boot.
    mutating func run() {
        let commands = checkCommands()
        checkSystem(commands)
        guard !files.isEmpty else {
            report(
                .launcherFile, unproven,
                "launcher unproven: what ran before is measured, and was compared with no file (--launcher-file)")
            return
        }
        for file in files { checkFile(file) }
        checkLoader()
        checkModule(commands)
        listOthers()
    }

    /// Banks that prove nothing are looked at where no other is: so an event is still told.
    func banks(_ pcr: UInt8) -> [HashAlgorithm] {
        let banks = covered.indices.contains(Int(pcr)) ? covered[Int(pcr)] : []
        return banks.isEmpty ? firmware.banks : banks
    }

    func events(_ pcr: UInt8) -> [FirmwareLog.Event] {
        firmware.events.filter { $0.isExtended && $0.pcr == UInt32(pcr) }
    }

    /// What accounts for an event.
    enum Account {
        case file(LauncherFile)
        case module(LauncherFile)
        /// Its own data, which is one of those that firmware always measures.
        case known
        case nobody
    }

    func account(_ event: FirmwareLog.Event, _ pcr: UInt8) -> Account {
        let banks = banks(pcr)
        if let file = files.first(where: { $0.explains(event, in: banks) }) { return .file(file) }
        // A program that firmware started is no module of the boot loader.
        if pcr == 9, let module = modules.first(where: { $0.explains(event, in: banks) }) { return .module(module) }
        return KnownEvent.isKnown(event.data) && event.isOf(event.data, in: banks, hashing: Hash.self)
            ? .known : .nobody
    }

    /// The files that GRUB read, in their order, without its modules.
    func filesRead() -> [(event: FirmwareLog.Event, file: LauncherFile)] {
        events(9).compactMap { event in
            guard case .file(let file) = account(event, 9) else { return nil }
            return (event, file)
        }
    }

    private mutating func checkFile(_ file: LauncherFile) {
        let places = ([4, 9] as [UInt8]).flatMap { pcr in
            events(pcr).filter { file.explains($0, in: banks(pcr)) }.map { "PCR \(pcr) record \($0.number)" }
        }
        report(
            .launcherFile, places.isEmpty ? .failed : .ok,
            places.isEmpty
                ? "\(file.name): no event of PCR 4 or 9 is of it"
                : "\(file.name): measured, \(places.joined(separator: ", "))")
    }

    /// One that nobody accounts for may be the one that really runs.
    private mutating func listOthers() {
        var names: [String] = []
        for pcr in [2, 4, 9] as [UInt8] where !trusted.contains(pcr) {
            for event in events(pcr) {
                switch account(event, pcr) {
                case .file, .known: continue
                case .module(let file): names.append(checkedModule(file, event))
                case .nobody: reportUnexplained(event, pcr)
                }
            }
        }
        if !names.isEmpty {
            report(.launcherFile, .ok, "of the folders given were read, too: \(names.joined(separator: ", "))", pcr: 9)
        }
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

    private mutating func reportUnexplained(_ event: FirmwareLog.Event, _ pcr: UInt8) {
        let data = event.data.last == 0 ? [UInt8](event.data.dropLast()) : event.data
        let isText = !data.isEmpty && data.allSatisfy { (0x20..<0x7F).contains($0) }
        let told = isText ? " (the log calls it \"\(printable(data))\")" : ""
        let digest = banks(pcr).last.flatMap { event.digest($0) }.map { ", digest \(hexadecimal($0))" } ?? ""
        let what =
            pcr == 2
            ? "a driver or option ROM that nobody accounts for (--baseline with the same PCR 2, or --launcher-file)"
            : "ran or was read before, and is none of the files given"
        report(.unexplained, unproven, "PCR \(pcr) record \(event.number): \(what)\(told)\(digest)", pcr: pcr)
    }
}

/// What firmware measures of itself into a PCR that otherwise has programs in it (TCG PC Client Platform Firmware Profile
/// 1.06, 3.3.4 and 10.4.4). Its digest is that of these bytes, so that none of it can be anything else.
enum KnownEvent {
    private static let actions: [StaticString] = [
        "Calling EFI Application from Boot Option", "Returning from EFI Application from Boot Option",
        "Exit Boot Services Invocation", "Exit Boot Services Returned with Success",
        "Exit Boot Services Returned with Failure",
    ]

    /// EV_SEPARATOR: the end of what firmware measures before it starts a boot loader; not one that tells of an error.
    static let separators: [[UInt8]] = [[0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF]]

    static func isKnown(_ data: [UInt8]) -> Bool {
        separators.contains(data) || actions.contains { Line($0).bytes == data }
    }
}

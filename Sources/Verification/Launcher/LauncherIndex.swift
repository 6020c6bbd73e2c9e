// SPDX-License-Identifier: Apache-2.0

import Platform

/// What may account for an event of one PCR, found by the event's digest.
struct LauncherIndex {
    enum Account {
        case file(LauncherFile)
        case module(LauncherFile)
        /// Its own data, which is one of those that firmware always measures.
        case known
        case nobody
    }

    private let banks: [HashAlgorithm]
    private let form: LauncherFile.Form
    /// By digest in the first bank; the others are compared when it is found.
    private var accounts: [[UInt8]: Account] = [:]

    /// The banks are those in which an event has to agree; without one nothing is accounted for.
    init(files: [LauncherFile], modules: [LauncherFile], as form: LauncherFile.Form, banks: [HashAlgorithm]) {
        self.banks = banks
        self.form = form
        guard let bank = banks.first else { return }
        func digest(_ file: LauncherFile) -> [UInt8]? { file.digests(form).first { $0.algorithm == bank }?.bytes }
        for file in modules { if let digest = digest(file) { accounts[digest] = .module(file) } }
        // Of two that are the same the one that was named counts, and of those the first.
        for file in files.reversed() { if let digest = digest(file) { accounts[digest] = .file(file) } }
    }

    func account<Hash: ContentHash>(_ event: FirmwareLog.Event, hashing: Hash.Type) -> Account {
        guard let bank = banks.first, let digest = event.digest(bank) else { return .nobody }
        switch accounts[digest] {
        case .file(let file) where event.isOf(file.digests(form), in: banks): return .file(file)
        case .module(let file) where event.isOf(file.digests(form), in: banks): return .module(file)
        case .file, .module, .known, .nobody, nil: break
        }
        return KnownEvent.isKnown(event.data) && event.isOf(event.data, in: banks, hashing: Hash.self)
            ? .known : .nobody
    }
}

/// What firmware measures of itself into a PCR that otherwise has programs in it (TCG PC Client Platform Firmware Profile
/// 1.06, 3.3.4 and 10.4.4). Its digest is that of these bytes, so that none of it can be anything else.
enum KnownEvent {
    private static let actions: [StaticString] = [
        "Calling EFI Application from Boot Option", "Returning from EFI Application from Boot Option",
        "Exit Boot Services Invocation", "Exit Boot Services Returned with Success",
        "Exit Boot Services Returned with Failure", "BOOT ATTEMPTS OMITTED",
    ]

    /// EV_SEPARATOR: the end of what firmware measures before it starts a boot loader; not one that tells of an error.
    private static let separators: [[UInt8]] = [[0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF]]

    /// By its digests: whatever the log says of it.
    static func isSeparator<Hash: ContentHash>(
        _ event: FirmwareLog.Event, in banks: [HashAlgorithm], hashing: Hash.Type
    ) -> Bool {
        separators.contains { event.isOf($0, in: banks, hashing: Hash.self) }
    }

    static func isKnown(_ data: [UInt8]) -> Bool {
        separators.contains(data) || actions.contains { Line($0).bytes == data }
    }
}

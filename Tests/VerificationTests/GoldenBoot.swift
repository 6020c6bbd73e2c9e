// SPDX-License-Identifier: Apache-2.0

import Foundation
import Measurement
import Platform
import SimulatedPlatform
import Testing

import LogReading
@testable import Verification

/// The boot of Tests/Fixtures/grub-firmware.bin with small files in place of the large ones, so that every event of its
/// PCRs 4 and 9 can be compared. What a TPM holds is computed from the events that really happened; a test gives the
/// verifier another log of them.
struct GoldenBoot {
    struct Event: Equatable {
        var pcr: UInt32
        var type: UInt32
        var data: [UInt8]
        /// By bank.
        var digests: [Platform.Digest]

        init(_ pcr: UInt32, _ type: UInt32, measured: [UInt8], data: [UInt8]) {
            self.pcr = pcr
            self.type = type
            self.data = data
            digests = GoldenBoot.banks.map { SwiftCryptoHash.digest($0, of: measured) }
        }

        /// The event as the log calls it, whatever it is.
        func relabelled(_ type: UInt32, _ data: [UInt8]? = nil) -> Event {
            var event = self
            event.type = type
            event.data = data ?? event.data
            return event
        }
    }

    static let banks: [HashAlgorithm] = [.sha1, .sha256]
    let events: [Event]
    let files: [LauncherFile]
    let log: EventLogReader
    let replay: LogReplay

    /// Made once: the digests of its files take their time.
    static let shared = Result { try GoldenBoot(configuration: configuration) }
    /// No file says what the boot loader was to run.
    static let untold = Result { try GoldenBoot(configuration: "menu") }

    /// What GRUB ran at that boot; `more` stands for what a test gives the boot domain besides.
    static let configuration = """
        acpi /lcm1.aml
        multiboot2 /xen.gz console=com1 com1=115200,8n1,0x3f8 loglvl=info guest_loglvl=all noreboot=no \\
            dom0=pvh,pf-fixup dom0-iommu=none dom0_mem=384M
        module2 /vmlinuz console=hvc0 rdinit=/init panic=5 quiet $more
        module2 --nounzip /initrd.gz
        boot
        """

    private init(configuration: String) throws {
        func fixture(_ name: String) throws -> [UInt8] {
            let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
            return [UInt8](
                try Data(contentsOf: URL(fileURLWithPath: folder.joined(separator: "/") + "/Fixtures/" + name)))
        }
        log = try EventLogReader(parsing: try fixture("grub-measurements.bin"))
        replay = LogReplay(log, hashing: SwiftCryptoHash.self)
        let contents: [(String, [UInt8])] = [
            ("BOOTX64.EFI", Self.image.bytes), ("grub.cfg", Array(configuration.utf8)),
            ("lcm1.aml", Array("tables".utf8)),
            ("xen.gz", Array("xen".utf8)), ("vmlinuz", Array("kernel".utf8)), ("initrd.gz", Array("initrd".utf8)),
        ]
        files = contents.map { LauncherFile(name: "esp/" + $0.0, content: $0.1, hashing: SwiftCryptoHash.self) }
        events = try FirmwareLog(parsing: try fixture("grub-firmware.bin")).events.map { event in
            var content: [UInt8]?
            if event.pcr == 4, event.type == 0x8000_0003 { content = Self.image.hashed }
            if event.pcr == 9 {
                let path = String(decoding: event.data.dropLast(), as: UTF8.self)
                content = contents.first { path.hasSuffix("/" + $0.0) }?.1
            }
            var golden = Event(event.pcr, event.type, measured: content ?? [], data: event.data)
            if content == nil {
                golden.digests = Self.banks.compactMap { bank in
                    event.digest(bank).flatMap { Platform.Digest(bank, bytes: $0) }
                }
            }
            return golden
        }
    }

    /// PE32 of headers alone, with a checksum; and what of it firmware hashes.
    static let image: (bytes: [UInt8], hashed: [UInt8]) = {
        var bytes = [UInt8](repeating: 0, count: 512)
        bytes.replaceSubrange(0..<2, with: Array("MZ".utf8))
        bytes[0x3C] = 64
        bytes.replaceSubrange(64..<66, with: Array("PE".utf8))
        bytes.replaceSubrange(88..<90, with: [0x0B, 0x01])
        bytes[88 + 61] = 2
        bytes[88 + 64] = 0xCC
        return (bytes, [UInt8](bytes[..<152] + bytes[156...]))
    }()

    /// A crypto-agile log.
    static func written(_ events: [Event]) -> [UInt8] {
        var log = [UInt8](repeating: 0, count: 32)
        log[4] = 3
        log[28] = 37
        log += Array("Spec ID Event03\0".utf8) + [0, 0, 0, 0, 0, 2, 0, 2, 2, 0, 0, 0, 4, 0, 20, 0, 11, 0, 32, 0, 0]
        for event in events {
            for number in [event.pcr, event.type, UInt32(event.digests.count)] {
                log.append(littleEndian: UInt64(number), byteCount: 4)
            }
            for digest in event.digests {
                log.append(littleEndian: UInt64(digest.algorithm.rawValue), byteCount: 2)
                log += digest.bytes
            }
            log.append(littleEndian: UInt64(event.data.count), byteCount: 4)
            log += event.data
        }
        return log
    }

    /// What `tpm2_pcrread` prints of a TPM that these events and the launch were extended into.
    func values(_ events: [Event], launch: LogReplay? = nil, launchPCR: Int = 11) throws -> PCRValues {
        var text = ""
        for (index, bank) in Self.banks.enumerated() {
            text += "  \(bank.name):\n"
            // 17 to 22 hold ones until a dynamic launch.
            var values = (0..<24).map { pcr in
                let isDynamic = (17...22).contains(pcr) && !events.contains { $0.pcr == 17 }
                return [UInt8](repeating: isDynamic ? 0xFF : 0, count: bank.digestSize)
            }
            for event in events where event.type != 3 {
                let value = values[Int(event.pcr)] + event.digests[index].bytes
                values[Int(event.pcr)] = SwiftCryptoHash.digest(bank, of: value).bytes
            }
            values[launchPCR] = (launch ?? replay).values.first { $0.algorithm == bank }?.bytes ?? []
            for (pcr, value) in values.enumerated() {
                let digits: Line = "\(hexBytes: value)"
                let number = pcr < 10 ? "\(pcr) " : "\(pcr)"
                text += "    \(number): 0x\(String(decoding: digits.bytes, as: UTF8.self).uppercased())\n"
            }
        }
        return try PCRValues(parsing: Array(text.utf8))
    }

    /// The launch's log as DomB writes it into another PCR: its command line names that.
    static func moved(_ log: EventLogReader, to pcr: UInt8) throws -> EventLogReader {
        try asked(log, word(pcr), pcr)
    }

    /// The launch's log where the boot domain's command line has that at its end.
    static func asked(_ log: EventLogReader, _ more: String, _ pcr: UInt8 = 11) throws -> EventLogReader {
        let index = try #require(PCRIndex(rawValue: UInt32(pcr)))
        var recorder = Recorder<SwiftCryptoHash>(pcr: index, banks: log.banks)
        for record in log.records {
            guard case .event(var event, _) = record.content else { continue }
            if case .cap = event { continue }
            if case .identity(var identity) = event {
                identity.commandLine += Array(more.utf8)
                event = .identity(identity)
            }
            _ = recorder.record(event)
        }
        _ = recorder.recordCap(launchFailed: false)
        return try EventLogReader(parsing: recorder.log.bytes)
    }

    private static func word(_ pcr: UInt8) -> String { " domb.pcr=\(pcr)" }

    /// The events of such a boot.
    func events(movedTo pcr: UInt8) -> [Event] { events(asked: Self.word(pcr)) }

    /// The events of a boot with such a command line.
    func events(asked more: String) -> [Event] {
        events.map { event in
            let text = String(decoding: event.data, as: UTF8.self)
            let prefix = ["grub_cmd: module2 /vmlinuz", "module_cmdline: console"].first { text.hasPrefix($0) }
            guard prefix != nil, let space = event.data.firstIndex(of: UInt8(ascii: " ")) else { return event }
            let measured = [UInt8](event.data[(space + 1)...].dropLast()) + Array(more.utf8)
            return Event(8, 0xD, measured: measured, data: [UInt8](event.data[...space]) + measured + [0])
        }
    }

    /// The verifier's word on a log of a boot, with the values of what really happened.
    func verified(
        _ told: [Event], happened: PCRValues, _ change: (inout Evidence) -> Void = { _ in }
    ) throws -> LaunchVerifier<SwiftCryptoHash> {
        var evidence = Evidence()
        evidence.pcrs = happened
        evidence.firmwareLog = try FirmwareLog(parsing: Self.written(told))
        evidence.launcherFiles = files
        change(&evidence)
        return LaunchVerifier(log, replay: replay, evidence, hashing: SwiftCryptoHash.self)
    }
}

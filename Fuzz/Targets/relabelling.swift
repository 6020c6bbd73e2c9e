// SPDX-License-Identifier: Apache-2.0

import Platform

/// A boot in which something evil happened, told by a log whose types and data the input chooses: it is never proven. The
/// first byte says which evil, the second where; then, for each event that is told anew, its number, its type in two bytes
/// (the high bit of the second for the EFI types), the size of its data and the data.
func relabelling(_ input: [UInt8]) {
    var rest = input[...]
    func next() -> UInt8 { rest.popFirst() ?? 0 }
    var events = Boot.golden
    let evil = Boot.evil[Int(next()) % Boot.evil.count]
    events.insert(evil, at: Int(next()) % (events.count + 1))
    while let number = rest.popFirst() {
        let place = Int(number) % events.count
        let low = next()
        let high = next()
        let data = [UInt8](rest.prefix(Int(next())))
        rest = rest.dropFirst(data.count)
        let type = UInt32(low) | UInt32(high & 0x7F) << 8 | UInt32(high & 0x80) << 24
        // The log would lead to other values.
        guard type != FirmwareLog.EventType.noAction else { continue }
        events[place].type = type
        events[place].data = data
    }
    precondition(!Boot.isProven(events), "a boot with an evil event is proven")
}

/// A boot by GRUB with small files.
private enum Boot {
    struct Event {
        var pcr: UInt8
        var type: UInt32
        var data: [UInt8]
        var measured: [UInt8]
    }

    private static let configuration = """
        acpi /lcm
        multiboot2 /xen.gz a b
        module2 /vmlinuz c
        module2 --nounzip /initrd.gz
        boot
        """
    /// A PE32+ image of headers alone: 0x40 has the PE header, 0x58 the optional one.
    private static let loader: [UInt8] = {
        var image = [UInt8](repeating: 0, count: 512)
        for (place, text) in [(0, "MZ"), (0x40, "PE")] {
            for (index, byte) in bytes(text).enumerated() { image[place + index] = byte }
        }
        image[0x3C] = 0x40
        // The optional header: its size, its magic, the size of all headers, the count of data directories.
        image[0x54] = 240
        (image[0x58], image[0x59]) = (0x0B, 0x02)
        image[0x58 + 61] = 2
        image[0x58 + 108] = 16
        return image
    }()
    /// What an Authenticode digest is of: all but the checksum and the place of the signatures.
    private static let hashedLoader =
        [UInt8](loader[..<(0x58 + 64)] + loader[(0x58 + 68)..<(0x58 + 144)])
        + loader[(0x58 + 152)...]

    private static let contents: [(name: String, content: [UInt8])] = [
        ("loader", loader), ("grub.cfg", bytes(configuration)), ("lcm", bytes("tables")),
        ("xen.gz", bytes("xen")), ("vmlinuz", bytes("kernel")), ("initrd.gz", bytes("initrd")),
    ]
    private static let files = contents.map { LauncherFile(name: $0.name, content: $0.content, hashing: MixHash.self) }

    static let golden: [Event] = {
        var events = (0..<8).map { Event(pcr: UInt8($0), type: 4, data: [0, 0, 0, 0], measured: [0, 0, 0, 0]) }
        events.append(Event(pcr: 4, type: 0x8000_0003, data: [1], measured: hashedLoader))
        for (number, texts) in [
            [], ["acpi /lcm"], ["multiboot2 /xen.gz a b", "a b"], ["module2 /vmlinuz c", "c"],
            ["module2 --nounzip /initrd.gz", ""],
        ].enumerated() {
            events += texts.map { text($0) }
            let file = contents[number + 1]
            events.append(Event(pcr: 9, type: 0xD, data: bytes(file.name), measured: file.content))
        }
        return events + [text("boot")]
    }()

    static let evil: [Event] =
        [
            "write_dword 0x100000 0", "! write_byte 0 0", "time outb 0x80 0", "rmmod tpm", "multiboot2 /xen.gz evil",
            "module2 /vmlinuz evil", "linux /evil", "acpi --exclude=DMAR /lcm", "normal_exit",
        ].map { text($0) }
        + ([2, 4, 9] as [UInt8]).map { Event(pcr: $0, type: 0xD, data: [], measured: bytes("evil")) }

    private static func text(_ command: String) -> Event {
        Event(pcr: 8, type: 0xD, data: bytes("grub_cmd: \(command)\0"), measured: bytes(command))
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// No check of the launcher fails.
    static func isProven(_ events: [Event]) -> Bool {
        var log = [UInt8](repeating: 0, count: 32)
        log[4] = 3
        log[28] = 33
        log += bytes("Spec ID Event03\0") + [0, 0, 0, 0, 0, 2, 0, 2, 1, 0, 0, 0, 11, 0, 32, 0, 0]
        for event in events {
            for number in [UInt32(event.pcr), event.type, 1] { log += little(number) }
            log += [11, 0] + MixHash.digest(.sha256, of: event.measured).bytes + little(UInt32(event.data.count))
            log += event.data
        }
        guard let firmware = try? FirmwareLog(parsing: log) else { return false }
        var proof = LauncherProof<MixHash>(
            firmware: firmware, files: files, modules: [], covered: [[HashAlgorithm]](repeating: [.sha256], count: 10),
            trusted: [], identity: nil, lcm: nil, pin: nil, isPredicted: true, unproven: .failed)
        proof.run()
        return !proof.checks.contains { $0.status == .failed }
    }

    private static func little(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }

    /// Or the target would find nothing, whatever it tried.
    static let isGoldenProven = isProven(golden)
}

/// Asked once for each input: the golden boot is proven.
func goldenBootIsProven() -> Bool { Boot.isGoldenProven }

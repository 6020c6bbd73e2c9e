// SPDX-License-Identifier: Apache-2.0

import LogReading
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// A PCR holds digests. Whatever the attester writes beside them, the verifier's word is never better than on the log that
/// says what happened.
@Suite struct ForgeryTests {
    typealias Event = GoldenBoot.Event

    /// Every event type of the PC Client Platform Firmware Profile 1.06 (10.4.1), and two that are none.
    static let types: [UInt32] =
        Array(0...0x12) + Array(0x8000_0001...0x8000_0010) + [
            0x8000_00E0, 0x8000_00E1, 0x8000_00E2, 0x502, 0xFFFF_FFFF,
        ]

    /// What firmware and GRUB write as data: separators, actions, paths, commands.
    static let texts: [[UInt8]] =
        [[0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 1], []]
        + [
            "Calling EFI Application from Boot Option", "Returning from EFI Application from Boot Option",
            "Exit Boot Services Invocation", "Exit Boot Services Returned with Success", "/xen.gz\0", "/initrd.gz\0",
            "/boot/grub/grub.cfg\0", "grub_cmd: boot\0", "grub_cmd: echo\0", "kernel_cmdline: quiet\0",
            "module_cmdline: \0", "grub_cmd boot\0", "grub_kernel_cmdline \0",
        ].map { Array($0.utf8) }

    /// What happened besides: PCR, the type that honest firmware or GRUB gives it, what was measured, the honest data.
    static let evil: [Event] =
        [
            Event(2, 0x8000_0004, measured: Array("EVIL DRIVER".utf8), data: [9]),
            Event(4, 0x8000_0003, measured: Array("EVIL LOADER".utf8), data: [9]),
            Event(4, 0x8000_0004, measured: Array("EVIL DRIVER".utf8), data: [9]),
            Event(9, 0xD, measured: Array("evil menu".utf8), data: Array("/evil.cfg\0".utf8)),
            Event(9, 0xD, measured: Array("EVIL INITRD".utf8), data: Array("/evil.gz\0".utf8)),
        ]
        + [
            "write_dword 0x100000 0", "! write_byte 0x100000 0", "time outb 0x80 0", "setpci -s 0:1f.0 f0.l=1",
            "rmmod tpm",
            "multiboot2 /xen.gz console=com1", "module2 /evil.gz", "linux /evil", "acpi --exclude=DMAR", "normal_exit",
        ].map { command($0) }

    static func command(_ text: String) -> Event {
        Event(8, 0xD, measured: Array(text.utf8), data: Array("grub_cmd: \(text)\0".utf8))
    }

    private func failures(_ verifier: LaunchVerifier<SwiftCryptoHash>) -> Int {
        verifier.checks.filter { $0.status == .failed }.count
    }

    @Test func theHonestBootIsGood() throws {
        let boot = try GoldenBoot.shared.get()
        let verifier = try boot.verified(boot.events, happened: boot.values(boot.events))
        #expect(verifier.isGood, "\(verifier.checks.filter { $0.status == .failed })")
    }

    /// Every type with the honest data, every text with the honest type, and a seed's choice of both together. The fuzzer
    /// `attestation` tries them by the million.
    @Test func anEvilEventIsNeverHiddenByWhatTheLogCallsIt() throws {
        let boot = try GoldenBoot.shared.get()
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the forgeries: \(seed)")
        var generator = SeededGenerator(seed: seed)
        var tried = 0
        for event in Self.evil {
            let happened = boot.events + [event]
            let values = try boot.values(happened)
            let honest = try boot.verified(happened, happened: values)
            #expect(!honest.isGood, "PCR \(event.pcr): \(String(decoding: event.data, as: UTF8.self))")
            var labels = Self.types.map { ($0, event.data) } + Self.texts.map { (event.type, $0) }
            for _ in 0..<40 {
                labels.append(
                    (
                        Self.types[Int.random(in: 0..<Self.types.count, using: &generator)],
                        Self.texts[Int.random(in: 0..<Self.texts.count, using: &generator)]
                    ))
            }
            for (type, data) in labels {
                let forged = try boot.verified(boot.events + [event.relabelled(type, data)], happened: values)
                #expect(!forged.isGood && failures(forged) >= 1, "type \(type), data \(data)")
                tried += 1
            }
        }
        print("forgeries of an evil event: \(tried)")
    }

    /// Where it stands makes no difference.
    @Test func anEvilEventIsFoundAnywhere() throws {
        let boot = try GoldenBoot.shared.get()
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the places: \(seed)")
        var generator = SeededGenerator(seed: seed)
        for event in Self.evil {
            for place in stride(from: Int.random(in: 0..<4, using: &generator), to: boot.events.count, by: 4) {
                var happened = boot.events
                happened.insert(event, at: place)
                let values = try boot.values(happened)
                #expect(try !boot.verified(happened, happened: values).isGood, "place \(place)")
                happened[place] = event.relabelled(4, [0, 0, 0, 0])
                #expect(try !boot.verified(happened, happened: values).isGood, "place \(place)")
            }
        }
    }

    /// Of a boot that lacks a proof, no event can be called something that supplies it.
    @Test func noEventOfABootCanBeCalledWhatIsMissing() throws {
        let boot = try GoldenBoot.shared.get()
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the missing file: \(seed)")
        var generator = SeededGenerator(seed: seed)
        var tried = 0
        let values = try boot.values(boot.events)
        // Every event with every type, and a file that is missing drawn for each.
        for place in boot.events.indices {
            for type in Self.types where type != boot.events[place].type {
                var files = boot.files
                files.remove(at: Int.random(in: 0..<files.count, using: &generator))
                var told = boot.events
                told[place] = told[place].relabelled(type)
                #expect(try !boot.verified(told, happened: values) { $0.launcherFiles = files }.isGood)
                tried += 1
            }
        }
        print("forgeries of a boot with a file that nobody gave: \(tried)")
    }

    /// An event that is left out, doubled or moved.
    @Test func theLogIsTheOneThatLeadsToTheValues() throws {
        let boot = try GoldenBoot.shared.get()
        let values = try boot.values(boot.events)
        for place in boot.events.indices {
            var fewer = boot.events
            fewer.remove(at: place)
            #expect(try !boot.verified(fewer, happened: values).isGood, "without event \(place)")
            var more = boot.events
            more.insert(more[place], at: place)
            #expect(try !boot.verified(more, happened: values).isGood, "event \(place) twice")
        }
    }

    /// What has not happened is missed, whatever else has: the verifier names what it wants.
    @Test func whateverIsMissingOfABootIsMissed() throws {
        let boot = try GoldenBoot.shared.get()
        for place in boot.events.indices {
            let event = boot.events[place]
            var fewer = boot.events
            fewer.remove(at: place)
            let isWanted = [4, 8, 9].contains(event.pcr) || event.type == 4
            guard isWanted else { continue }
            let verifier = try boot.verified(fewer, happened: boot.values(fewer))
            // Firmware may leave its action out, GRUB reads its configuration twice and need not be told to start what it
            // loaded.
            let text = String(decoding: event.data, as: UTF8.self)
            let mayBeMissing =
                event.type == 0x8000_0007 || text.hasPrefix("(hd0")
                || ["/boot/grub/grub.cfg\0", "grub_cmd: boot\0"].contains(text)
            #expect(
                verifier.isGood == mayBeMissing,
                "without event \(place): \(String(decoding: event.data, as: UTF8.self))")
        }
    }
}

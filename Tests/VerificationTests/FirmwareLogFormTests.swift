// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// Logs of firmware and boot loaders as they lie in machines.
@Suite struct FirmwareLogFormTests {
    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures")

    private static func log(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: fixtures.appendingPathComponent(name)))
    }

    private static func cutEvent(_ bytes: [UInt8], _ number: Int) throws -> [UInt8] {
        let log = try FirmwareLog(parsing: bytes)
        let starts = log.events.map(\.offset) + [bytes.count]
        return [UInt8](bytes[starts[number]..<starts[number + 1]])
    }

    /// A log area is longer than its log. One that ends with such bytes itself keeps them.
    @Test(arguments: [
        "grub-firmware.bin", "world/grub-redhat.bin", "world/grub-upstream.bin", "world/locality-good.bin",
        "world/locality-padded.bin",
    ]) func whatIsBehindALogIsItsEnd(name: String) throws {
        let bytes = try Self.log(name)
        let whole = try FirmwareLog(parsing: bytes)
        #expect(whole.paddingSize == 0)
        for byte in [0, 0xFF] as [UInt8] {
            for count in [1, 2, 3, 4, 7, 8, 11, 12, 31, 32, 33, 64, 4096, 65536] {
                let log = try FirmwareLog(parsing: bytes + [UInt8](repeating: byte, count: count))
                #expect(log.events == whole.events && log.startLocality == whole.startLocality, "\(count) of \(byte)")
                #expect(log.paddingSize == count)
            }
            #expect(throws: StructureError.self) {
                try FirmwareLog(parsing: bytes + [UInt8](repeating: byte, count: 64) + [1])
            }
        }
    }

    @Test func aLogOfNothingIsNoLog() {
        for bytes in [[], [0], [UInt8](repeating: 0, count: 64), [UInt8](repeating: 0xFF, count: 4096)] as [[UInt8]] {
            #expect(throws: StructureError(.truncated, at: 0)) { try FirmwareLog(parsing: bytes) }
        }
    }

    /// coreboot's event has zeros behind the locality.
    @Test func thePaddedLocalityIsItsByte() throws {
        for name in ["good", "padded"] {
            let log = try FirmwareLog(parsing: try Self.log("world/locality-\(name).bin"))
            #expect(log.startLocality == 3 && log.strayLocality == nil, "\(name)")
        }
    }

    /// Too late, a second one, of no locality: such an event has no say, and is told with its own place.
    @Test func aStrayLocalityIsToldByItsPlace() throws {
        let late = try FirmwareLog(parsing: try Self.log("world/locality-late.bin"))
        #expect(late.startLocality == 0)
        #expect(late.strayLocality?.number == 2 && late.strayLocality?.offset == 117)
        let good = try Self.log("world/locality-good.bin")
        let event = try Self.cutEvent(good, 0)
        let start = try #require(try FirmwareLog(parsing: good).events.first?.offset)
        let twice = try FirmwareLog(parsing: good[..<start] + event + event + good[(start + event.count)...])
        #expect(twice.startLocality == 3 && twice.strayLocality?.number == 2)
        for locality in 0...255 as ClosedRange<UInt8> {
            let changed = good[..<start] + event.dropLast() + [locality] + good[(start + event.count)...]
            let log = try FirmwareLog(parsing: [UInt8](changed))
            let isOne = [0, 3, 4].contains(locality)
            #expect(log.startLocality == (isOne ? locality : 0) && (log.strayLocality == nil) == isOne, "\(locality)")
        }
    }

    /// The first record of such a log is of register 1.
    @Test func aLogOfConfidentialComputingIsToldAsOne() throws {
        var bytes = try Self.log("grub-firmware.bin")
        for register in [1, 2, 3, 4] as [UInt8] {
            bytes[0] = register
            #expect(throws: StructureError(.ccEventLog, at: 0)) { try FirmwareLog(parsing: bytes) }
        }
    }

    /// Of all GRUBs: the prefix with a colon or without, the text's zero in the data or not, and measured or not.
    @Test func everyFormOfACommandIsRead() throws {
        let text = Array("multiboot2 /xen.gz console=com1".utf8)
        for prefix in ["", "grub_cmd: ", "grub_cmd ", "kernel_cmdline: ", "grub_kernel_cmdline "] {
            for end in [[], [0]] as [[UInt8]] {
                for measuredEnd in [[], [0]] as [[UInt8]] {
                    let digest = SwiftCryptoHash.digest(.sha256, of: text + measuredEnd).bytes
                    let event = FirmwareLog.Event(
                        number: 7, offset: 0, pcr: 8, type: 0x0D,
                        digests: [FirmwareLog.Digest(algorithm: 0x0B, bytes: digest)],
                        data: Array(prefix.utf8) + text + end)
                    let command = BootLoaderCommand(event, in: [.sha256], hashing: SwiftCryptoHash.self)
                    #expect(command?.text == text, "'\(prefix)', \(end), \(measuredEnd)")
                    #expect(command?.effect == .loadsXen && command?.record == 7)
                    var other = event
                    other = FirmwareLog.Event(
                        number: 7, offset: 0, pcr: 8, type: 0x0D, digests: event.digests, data: event.data + [0x20])
                    #expect(BootLoaderCommand(other, in: [.sha256], hashing: SwiftCryptoHash.self) == nil)
                }
            }
        }
        for name in ["redhat", "upstream"] {
            let log = try FirmwareLog(parsing: try Self.log("world/grub-\(name).bin"))
            let commands = log.events.compactMap { BootLoaderCommand($0, in: [.sha256], hashing: SwiftCryptoHash.self) }
            #expect(commands.map(\.text) == ["set pager=1", "(hd0,gpt1)/vmlinuz ro quiet"].map { Array($0.utf8) })
        }
    }
}

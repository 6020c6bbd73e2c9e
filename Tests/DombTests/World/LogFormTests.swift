// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// An event log in every form that people have it in, and what they take for one.
@Suite struct LogFormTests {
    private static let log = TestLog().bytes

    private static func region(_ log: [UInt8], size: Int) -> [UInt8] {
        let length = (0..<8).map { UInt8(truncatingIfNeeded: log.count >> (8 * $0)) }
        let bytes = Array("DOMB LOG".utf8) + length + log
        return bytes + [UInt8](repeating: 0, count: size - bytes.count)
    }

    private static let console: String = {
        let base64 = Array(Data(log).base64EncodedString())
        let body = stride(from: 0, to: base64.count, by: 76).map {
            "domb-log: \(String(base64[$0..<min($0 + 76, base64.count)]))"
        }
        let digest = hexadecimal(SwiftCryptoHash.digest(.sha256, of: log).bytes)
        return (["domb-log-begin: \(log.count)"] + body + ["domb-log-end: \(digest)"]).joined(separator: "\n") + "\n"
    }()

    /// As a terminal of so many columns breaks lines.
    private static func folded(_ text: String, _ columns: Int, end: String) -> String {
        text.split(separator: "\n").map { line in
            let line = Array(line)
            return stride(from: 0, to: line.count, by: columns).map {
                String(line[$0..<min($0 + columns, line.count)])
            }.joined(separator: end) + end
        }.joined()
    }

    private func problem(_ content: [UInt8]) -> String? {
        do throws(CommandFailure) {
            _ = try LogInput(content, from: "log")
            return nil
        } catch {
            return error.message
        }
    }

    /// docs/lcm.md: what a domain reads at its log region.
    @Test func aRegionsDumpIsRead() throws {
        for size in [Self.log.count + 16, 8192, 65536] {
            #expect(try LogInput(Self.region(Self.log, size: size), from: "region").bytes == Self.log)
        }
        let region = Self.region(Self.log, size: 8192)
        for length in 0..<(Self.log.count + 16) {
            #expect(problem([UInt8](region[..<length])) != nil, "cut to \(length)")
        }
        try Sandbox.run { sandbox throws in
            try sandbox.write(Self.region(Self.log, size: 65536), to: "region.bin")
            try sandbox.write(Self.log, to: "log")
            #expect(sandbox.exitCode("log", sandbox.path("region.bin")) == 0)
            #expect(sandbox.exitCode("verify", "--log-only", sandbox.path("region.bin")) == 0)
            #expect(sandbox.exitCode("diff", sandbox.path("region.bin"), sandbox.path("log")) == 0)
        }
    }

    @Test func aPackedLogIsRead() throws {
        try Sandbox.run { sandbox throws in
            for (name, content) in [
                ("log", Self.log), ("region", Self.region(Self.log, size: 8192)), ("console", Array(Self.console.utf8)),
            ] {
                try sandbox.write(content, to: name)
                try Tool.run(["gzip", "-kf", name], in: sandbox.folder)
                #expect(try LogInput(reading: sandbox.path("\(name).gz")).bytes == Self.log, "\(name)")
            }
            let packed = try sandbox.read("log.gz")
            #expect(problem([UInt8](packed.dropLast(9))) != nil)
        }
    }

    @Test(arguments: [60, 79, 80, 81, 132]) func aFoldedConsoleIsRead(columns: Int) throws {
        for (before, end) in [("", "\n"), ("(d0) ", "\n"), ("", "\r\n"), ("(d0) ", "\r\n")] {
            let prefixed = Self.console.split(separator: "\n").map { before + $0 }.joined(separator: "\n")
            let text = "booting\n" + Self.folded(prefixed, columns, end: end) + "(XEN) done\n"
            #expect(try LogInput(Array(text.utf8), from: "console").bytes == Self.log, "'\(before)'")
        }
    }

    /// Words of others on lines of their own are no part of a log that is whole without them.
    @Test func aWordBetweenLinesIsNoPartOfALog() throws {
        let text = Self.console.replacing("domb-log: ", with: "done\ndomb-log: ")
        #expect(try LogInput(Array(text.utf8), from: "console").bytes == Self.log)
    }

    @Test func whatIsNoLogIsToldByItsName() throws {
        let fixtures = Sandbox.fixtures
        for (name, words) in [
            ("appliance.dtb", "device tree blob"), ("boot-plus-dom0.lcm", "xLCM"), ("tiny.elf", "ELF file"),
            ("grub-pcrs.txt", "PCR values"), ("grub-firmware.bin", "firmware and boot loader"),
            ("world/quote.msg", "a quote"), ("world/ak.pem", "PEM file"), ("README.md", "text without"),
            ("world/quote.pcrs", "PCR values"),
        ] {
            let text = problem(try HostFile.read("\(fixtures)/\(name)", limit: 1 << 20)) ?? ""
            #expect(text.contains("no log of DomB's but") && text.contains(words), "\(name): \(text)")
        }
        #expect(problem([])?.contains("an empty file") == true)
    }

    /// As EDK2's TdTcg2Dxe writes it: register 1 in the first record, SHA-384 alone, and an area full of ones.
    private static let confidential: [UInt8] = {
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let identity =
            Array("Spec ID Event03".utf8) + [0] + little(0, 4) + [0, 2, 0, 2] + little(1, 4) + little(0x0C, 2)
            + little(48, 2) + [0]
        var log = little(1, 4) + little(3, 4) + [UInt8](repeating: 0, count: 20) + little(identity.count, 4) + identity
        for register in 1...3 {
            log +=
                little(register, 4) + little(4, 4) + little(1, 4) + little(0x0C, 2) + [UInt8](repeating: 7, count: 48)
                + little(4, 4) + [0, 0, 0, 0]
        }
        return log + [UInt8](repeating: 0xFF, count: 65536 - log.count)
    }()

    /// The log, and the ACPI table that tells where it lies.
    @Test func aLogOfConfidentialComputingIsToldByEveryCommand() throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(Self.log, to: "log")
            for content in [Self.confidential, Array("CCEL".utf8) + [UInt8](repeating: 0, count: 52)] {
                try sandbox.write(content, to: "ccel")
                for command in [["log"], ["verify", sandbox.path("log"), "--without-launcher", "--firmware-log"]] {
                    let failure = sandbox.failure(command + [sandbox.path("ccel")])
                    #expect(failure?.code == 65)
                    #expect(failure?.message.contains("confidential computing") == true, "\(failure?.message ?? "ok")")
                }
            }
        }
    }
}

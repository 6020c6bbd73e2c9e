// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

/// I9: what the boot domain's command line demands holds in whatever form it stands there.
@Suite struct CommandLineDemandTests {
    private static let policies: [TPMPolicy] = [.off, .warn, .require]

    private func parse(_ line: String) throws(LaunchArguments.ParseFailure) -> LaunchArguments {
        try LaunchArguments(parsing: [UInt8](line.utf8))
    }

    private func refusal(_ line: String, _ policy: TPMPolicy = .require) throws -> PlanRefusal? {
        var launch = try SimulatedLaunch(dependencies: [[]])
        launch.lcm.settings.tpmPolicy = policy
        launch.arguments = try parse(line)
        guard case .refusal(let refusal) = launch.run(planOnly: true).failure?.cause else { return nil }
        return refusal
    }

    /// Every policy that an LCM may ask for against every least one, that one first, last and in the middle.
    @Test(arguments: policies, policies) func noLCMAsksForLessThanTheLeast(asked: TPMPolicy, least: TPMPolicy) throws {
        for line in [
            "domb.tpm=\(least.name)", "quiet domb.tpm=\(least.name)", "domb.tpm=\(least.name) quiet",
            "a=1 domb.end=hold domb.tpm=\(least.name) domb.classic=/init b",
        ] {
            let expected = asked < least ? PlanRefusal.refused(.policyBelowLeast) : nil
            #expect(try refusal(line, asked) == expected, "\(line)")
        }
        #expect(try refusal("", asked) == nil)
    }

    /// Linux's isspace (lib/cmdline.c, next_arg): each of them, alone and several, ends a word.
    @Test(arguments: [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D] as [UInt8]) func whateverEndsAWordForLinuxEndsIt(
        space: UInt8
    ) throws {
        let mark = String(decoding: [space], as: UTF8.self)
        for between in [mark, mark + mark, mark + " ", " " + mark, "\t" + mark] {
            for line in [
                "quiet\(between)domb.tpm=require", "\(between)domb.tpm=require", "domb.tpm=require\(between)",
                "domb.tpm=require\(between)quiet", "domb.end=hold\(between)domb.tpm=require\(between)x=1",
            ] {
                #expect(try parse(line).leastTPMPolicy == .require, "byte \(space)")
                #expect(try refusal(line, .warn) == .refused(.policyBelowLeast))
            }
            let failure = LaunchArguments.ParseFailure(word: [UInt8]("domb.tpm=off".utf8))
            #expect(throws: failure) { try self.parse("domb.tpm=require\(between)domb.tpm=off") }
        }
    }

    /// Linux takes quotes away; a demand in them is refused and not passed over.
    @Test(arguments: [
        "\"domb.tpm=require\"", "\"\"domb.tpm=require", "x \"domb.tpm=require y\"", "domb.tpm=\"require\"",
    ])
    func aDemandInQuotesIsRefused(line: String) {
        #expect(throws: LaunchArguments.ParseFailure.self) { try self.parse(line) }
    }

    /// Any other byte is a part of its word.
    @Test func anyOtherByteIsAPartOfItsWord() throws {
        for byte in 0x21...0x7E as ClosedRange<UInt8> {
            let word = [UInt8]("domb.tpm=require".utf8) + [byte]
            #expect(throws: LaunchArguments.ParseFailure(word: word)) { try LaunchArguments(parsing: word) }
            // A value of Linux's that has the text in it is no demand.
            guard byte != UInt8(ascii: "\"") else { continue }
            let line = [UInt8]("init=".utf8) + [byte] + [UInt8]("domb.tpm=require".utf8)
            #expect(try LaunchArguments(parsing: line).leastTPMPolicy == .off)
        }
    }

    /// The pinned LCM and no other: a digest that differs in one bit of any byte.
    @Test func everyByteOfThePinIsCompared() throws {
        func hex(_ bytes: [UInt8]) -> String {
            let line: Line = "\(hexBytes: bytes)"
            return String(decoding: line.bytes, as: UTF8.self)
        }
        let good = SimulatedLaunch.digest
        for text in [hex(good.bytes), hex(good.bytes).uppercased()] {
            #expect(try refusal("quiet\tdomb.lcm=sha256:\(text)") == nil)
        }
        for index in good.bytes.indices {
            var bytes = good.bytes
            bytes[index] ^= 1
            let refused = try refusal("domb.lcm=sha256:\(hex(bytes))")
            #expect(refused == .refused(.pinnedDigest), "byte \(index)")
            #expect(refused?.text.hasSuffix("domb.lcm= says \(hex(bytes))") == true, "byte \(index)")
        }
    }
}

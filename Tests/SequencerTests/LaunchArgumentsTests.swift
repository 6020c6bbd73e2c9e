// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

@testable import Sequencer

@Suite struct LaunchArgumentsTests {
    private static let hex = String(repeating: "0aB3", count: 16)

    private func parse(_ text: String) throws -> LaunchArguments { try LaunchArguments(parsing: [UInt8](text.utf8)) }

    @Test func linuxWordsAreLinuxs() throws {
        let text = "console=hvc0 rdinit=/init panic=5 quiet dombastic=1"
        var expected = LaunchArguments(commandLine: [UInt8](text.utf8))
        expected.leastTPMPolicy = .off
        #expect(try parse(text) == expected)
    }

    @Test func everySettingIsRead() throws {
        let arguments = try parse("domb.lcm=sha256:\(Self.hex) domb.tpm=require domb.classic=/sbin/init domb.end=hold")
        #expect(arguments.pinnedDigest?.bytes.prefix(2) == [0x0A, 0xB3])
        #expect(arguments.leastTPMPolicy == .require)
        #expect(arguments.classicInit == [UInt8]("/sbin/init".utf8))
        #expect(arguments.end == .hold)
    }

    @Test(arguments: [
        "domb.tmp=require", "domb.tpm=requre", "domb.tpm", "domb.tpm=", "domb.lcm=sha256:00", "domb.lcm=sha1:00",
        "domb.classic=init", "domb.end=shutdown", "domb.", "domb.lcm=sha256:\(String(repeating: "0g", count: 32))",
    ])
    func aMisspeltSettingIsRefused(word: String) {
        #expect(throws: LaunchArguments.ParseFailure(word: [UInt8](word.utf8))) { try self.parse("quiet \(word) x") }
    }

    /// The later of two would win silently: an appended word must not loosen what stands before it.
    @Test func aSettingGivenTwiceIsRefused() {
        #expect(throws: LaunchArguments.ParseFailure(word: [UInt8]("domb.tpm=off".utf8))) {
            try self.parse("domb.tpm=require domb.tpm=off")
        }
    }

    /// 0 to 9 are firmware's and boot loader's, 16 and 23 can be reset by software.
    @Test func onlyAPCRThatMayHoldALaunchIsTaken() throws {
        for number in 0...30 {
            let word = "domb.pcr=\(number)"
            if (10...22).contains(number), number != 16 {
                #expect(try Int(parse(word).pcr.rawValue) == number)
            } else {
                #expect(throws: LaunchArguments.ParseFailure(word: [UInt8](word.utf8))) { try self.parse(word) }
            }
        }
        #expect(try parse("quiet").pcr == .standard)
        for word in ["domb.pcr=", "domb.pcr=0x0b", "domb.pcr=+11", "domb.pcr=4294967307"] {
            #expect(throws: LaunchArguments.ParseFailure.self) { try self.parse(word) }
        }
    }

    /// Which PCR is closed and how the machine ends does not hang on another word; of two of a kind the first counts.
    @Test func ofARefusedLineTheRestIsUnderstood() {
        let text = "domb.pcr=16 domb.typo=1 domb.end=hold domb.pcr=13 domb.pcr=14 domb.end=reboot"
        let arguments = LaunchArguments(understoodOf: [UInt8](text.utf8))
        #expect(arguments.pcr.rawValue == 13)
        #expect(arguments.end == .hold)
        #expect(LaunchArguments(understoodOf: [UInt8]("domb.pcr=23".utf8)).pcr == .standard)
    }
}

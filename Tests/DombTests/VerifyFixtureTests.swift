// SPDX-License-Identifier: Apache-2.0

import Foundation
import LogReading
import Measurement
import SimulatedPlatform
import Testing
import Verification

@testable import domb

/// The evidence of a real boot by OVMF and GRUB.
@Suite struct VerifyFixtureTests {
    private static let log = Sandbox.fixtures + "/grub-measurements.bin"
    private static let firmware = Sandbox.fixtures + "/grub-firmware.bin"
    private static let pcrs = Sandbox.fixtures + "/grub-pcrs.txt"

    private func read(_ path: String) throws -> [UInt8] { try HostFile.read(path, limit: 1 << 20) }

    @Test func firmwareLogLeadsToWhatTheTPMHeld() throws {
        let log = try FirmwareLog(parsing: try read(Self.firmware))
        let held = try PCRValues(parsing: try read(Self.pcrs))
        #expect(log.banks == [.sha1, .sha256])
        for bank in log.banks {
            let values = log.values(bank, hashing: SwiftCryptoHash.self)
            for pcr in 0...9 {
                #expect(log.hasEvents(UInt8(pcr)))
                #expect(values[pcr] == held.value(bank, UInt8(pcr)), "PCR \(pcr)")
            }
        }
    }

    /// GRUB's own file, Xen, kernel and initramfs are too large for a fixture: nothing is there to compare with.
    @Test func onlyTheLaunchersFilesAreMissing() throws {
        try Sandbox.run { sandbox in
            let evidence = ["--pcrs", Self.pcrs, "--firmware-log", Self.firmware]
            #expect(sandbox.failure(["verify"] + evidence + [Self.log])?.code == 1)
            #expect(sandbox.failure(["verify", "--without-launcher"] + evidence + [Self.log]) == nil)
        }
        var evidence = Evidence()
        evidence.pcrs = try PCRValues(parsing: try read(Self.pcrs))
        evidence.firmwareLog = try FirmwareLog(parsing: try read(Self.firmware))
        let log = try EventLogReader(parsing: try read(Self.log))
        let verifier = LaunchVerifier(log, evidence, hashing: SwiftCryptoHash.self)
        let launcher = verifier.checks.filter { $0.subject == .launcher }
        // GRUB's commands, Xen's command line, the boot domain's; and that there are no files.
        #expect(launcher.map(\.status) == [.ok, .ok, .ok, .failed])
        let firmware = verifier.checks.filter { $0.code == .firmwarePCR }
        #expect(firmware.map(\.status) == [Check.Status](repeating: .ok, count: 10))
    }

    /// The command lines of another launch are none that GRUB measured.
    @Test func commandLineThatWasNotMeasuredIsUnproven() throws {
        var evidence = Evidence()
        evidence.firmwareLog = try FirmwareLog(parsing: try read(Self.firmware))
        evidence.pcrs = try PCRValues(parsing: try read(Self.pcrs))
        let other = try EventLogReader(parsing: try read(Sandbox.fixtures + "/appliance-measurements.bin"))
        let verifier = LaunchVerifier(other, evidence, hashing: SwiftCryptoHash.self)
        let failed = verifier.checks.filter { $0.subject == .launcher && $0.status == .failed }.map(\.text)
        #expect(failed.contains { $0.hasPrefix("the boot domain's command line is \"") })
    }

    /// GRUB itself and six files: its configuration twice, the LCM's table, Xen, kernel, initramfs.
    @Test func whatNoLauncherFileExplainsIsListed() throws {
        var evidence = Evidence()
        evidence.firmwareLog = try FirmwareLog(parsing: try read(Self.firmware))
        evidence.pcrs = try PCRValues(parsing: try read(Self.pcrs))
        evidence.launcherFiles = [LauncherFile(name: "x", content: [1], hashing: SwiftCryptoHash.self)]
        let log = try EventLogReader(parsing: try read(Self.log))
        let verifier = LaunchVerifier(log, evidence, hashing: SwiftCryptoHash.self)
        let listed = verifier.checks.filter { $0.code == .unexplained }
        #expect(listed.count == 7)
        for name in ["/xen.gz", "/vmlinuz", "/initrd.gz", "/lcm1.aml", "PCR 4"] {
            #expect(listed.contains { $0.text.contains(name) })
        }
    }

    @Test func launcherThatOnlySHA1ProvesIsUnproven() throws {
        let text = try #require(String(bytes: try read(Self.pcrs), encoding: .utf8))
        let end = try #require(text.range(of: "  sha256:\n"))
        var evidence = Evidence()
        evidence.firmwareLog = try FirmwareLog(parsing: try read(Self.firmware))
        evidence.pcrs = try PCRValues(parsing: Array(text[..<end.lowerBound].utf8))
        let log = try EventLogReader(parsing: try read(Self.log))
        let verifier = LaunchVerifier(log, evidence, hashing: SwiftCryptoHash.self)
        let weak = verifier.checks.filter { $0.code == .firmwarePCR && $0.status == .failed }
        #expect(weak.map(\.pcr) == (0...9).map { UInt8($0) } && weak.allSatisfy { $0.text.contains("sha1 alone") })
        evidence.allowSHA1 = true
        let lenient = LaunchVerifier(log, evidence, hashing: SwiftCryptoHash.self)
        #expect(!lenient.checks.contains { $0.code == .firmwarePCR && $0.status == .failed })
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// Commands as they are run: arguments, files and exit codes.
@Suite struct CommandTests {
    private static let fixtures =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        + "/Fixtures"
    private static let appliance = fixtures + "/appliance.dtb"

    /// 0 for a command that ends well.
    private func exitCode(_ arguments: String...) -> Int32 {
        do {
            try Domb.run(arguments)
            return 0
        } catch let failure as CommandFailure {
            return failure.exitCode.rawValue
        } catch {
            return Domb.exitCode(for: error).rawValue
        }
    }

    /// A folder of this test's own, gone after it.
    private func withFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/domb-tests-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            // Only files are in it.
            if let directory = opendir(folder) {
                while let entry = readdir(directory) {
                    let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
                    }
                    unlink("\(folder)/\(name)")
                }
                closedir(directory)
            }
            rmdir(folder)
        }
        try body(folder)
    }

    @Test func missingFileIsNoInput() {
        #expect(exitCode("show", "/nonexistent/lcm.dtb") == 66)
        #expect(exitCode("check", "/nonexistent/lcm.dtb") == 66)
        #expect(exitCode("image", "--label", "a", "/nonexistent/vmlinux") == 66)
    }

    @Test func unwritableOutputIsAnIOFailure() {
        #expect(exitCode("table", Self.appliance, "--output", "/nonexistent/T") == 74)
    }

    @Test func wrongUseIsUsage() {
        #expect(exitCode("show") == 64)
        #expect(exitCode("frobnicate") == 64)
        #expect(exitCode("image", "/dev/null") == 64)
        #expect(exitCode("plan", "--no-tpm", "--bank", "sha1", Self.appliance) == 64)
        #expect(exitCode("plan", "--arguments", "domb.tmp=off", Self.appliance) == 64)
    }

    @Test(arguments: ["", "1a", "a-b", "ä", "a b"]) func whatIsNoLabelIsUsage(_ label: String) {
        #expect(exitCode("image", "--ramdisk", "--label", label, Self.appliance) == 64)
    }

    @Test func malformedInputIsTold() throws {
        try withFolder { folder in
            try HostFile.write([1, 2, 3], to: "\(folder)/x")
            #expect(exitCode("show", "\(folder)/x") == 65)
            #expect(exitCode("check", "--json", "\(folder)/x") == 65)
            #expect(exitCode("table", "\(folder)/x", "--output", "\(folder)/T") == 65)
            #expect(exitCode("table", "--unchecked", "\(folder)/x", "--output", "\(folder)/T") == 0)
            #expect(exitCode("image", "--label", "a", "\(folder)/x") == 65)
            var bzImage = [UInt8](repeating: 0, count: 0x300)
            bzImage.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
            try HostFile.write(bzImage, to: "\(folder)/x")
            #expect(exitCode("image", "--label", "a", "\(folder)/x") == 65)
        }
    }

    @Test func tablesHoldTheModule() throws {
        try withFolder { folder in
            #expect(exitCode("table", Self.appliance, "--output", "\(folder)/T") == 0)
            let table = try HostFile.read("\(folder)/T1.aml", limit: 1 << 20)
            let lcm = try LaunchControlContainer.assemble([table], hashing: SwiftCryptoHash.self)
            #expect(lcm == (try HostFile.read(Self.appliance, limit: 1 << 20)))
            // Written again over the old ones, and nothing else left behind.
            #expect(exitCode("table", Self.appliance, "--output", "\(folder)/T") == 0)
            #expect(unlink("\(folder)/T1.aml") == 0)
            #expect(rmdir(folder) == 0)
        }
    }

    @Test func everyFixtureCanBeShown() {
        for name in ["appliance", "dom0less", "hyperlaunch-2022"] {
            #expect(exitCode("show", "\(Self.fixtures)/\(name).dtb") == 0)
            #expect(exitCode("show", "--json", "\(Self.fixtures)/\(name).dtb") == 0)
        }
    }
}

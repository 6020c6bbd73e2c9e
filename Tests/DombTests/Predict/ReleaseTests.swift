// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// For which Xen `domb predict` predicts.
@Suite struct ReleaseTests {
    private func records(_ sandbox: Sandbox, _ options: [String]) throws -> [LaunchEvent.DomainRecord] {
        try sandbox.prediction(options).reader.records.compactMap {
            guard case .event(.domain(let record), _) = $0.content else { return nil }
            return record
        }
    }

    @Test func theVersionSaysHowTheRegistersAre() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let known = try records(sandbox, [])
            for version in ["4.17.5", "4.18.4", "4.19.1", "4.20.4-pre", "4.21.2"] {
                #expect(try records(sandbox, ["--xen-version", version]) == known, "\(version)")
            }
            let later = try records(sandbox, ["--xen-version", "4.22.0"])
            for (old, new) in zip(known, later) {
                #expect(old.registers != new.registers)
                var expected = old
                expected.registers = new.registers
                #expect(new == expected, "nothing but the registers")
            }
        }
    }

    @Test func theLibrariesSayWhetherTheConsoleIsMarked() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let known = try records(sandbox, ["--xen-version", "4.22.0"])
            for libraries in ["4.21", "4.22"] {
                let marked = try records(sandbox, ["--xen-version", "4.22.0", "--libraries", libraries])
                for (old, new) in zip(known, marked) {
                    #expect(new.regions.last?.role == .consoleMark)
                    var expected = old
                    expected.regions.append(try #require(new.regions.last))
                    #expect(new == expected, "nothing but the mark")
                }
            }
        }
    }

    /// The note that CXenInterface leaves in domb-init.
    @Test func theProgramSaysOfWhichReleaseItsLibrariesAre() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            func run(_ words: [UInt8], _ version: String) throws -> (options: [String], file: String) {
                let gnu: [UInt8] = [4, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0] + Array("GNU".utf8) + [0, 1, 2, 0, 0]
                let head: [UInt8] = [5, 0, 0, 0, UInt8(words.count), 0, 0, 0, 1, 0, 0, 0]
                let note = gnu + head + Array("DomB".utf8) + [0, 0, 0, 0] + words
                try sandbox.write(
                    TestELF(programs: [TestELF.Program(type: 4, address: 0, content: note)]).bytes, to: "domb-init")
                let identity = Array(Sandbox.identity.dropFirst(2)) + ["--xen-version", version]
                let options =
                    ["predict", sandbox.path("lcm.dtb")] + sandbox.images + identity
                    + ["--domb-init", sandbox.path("domb-init"), "--format", "log", "--output", sandbox.path("out")]
                return (options, "out")
            }
            func log(_ words: [UInt8], _ version: String) throws -> [UInt8] {
                let run = try run(words, version)
                #expect(sandbox.failure(run.options)?.message == nil)
                return try sandbox.read(run.file)
            }
            func expected(_ options: String...) throws -> [UInt8] { try sandbox.prediction(options).log }
            let (debian, later): ([UInt8], [UInt8]) = (
                [20, 0, 4, 0, 0x17, 0, 0, 0, 0x15, 0, 0, 0], [22, 0, 4, 0, 0x18, 0, 0, 0, 0x16, 0, 0, 0]
            )
            #expect(try log(debian, "4.22.0") == expected("--xen-version", "4.22.0"))
            #expect(try log(later, "4.22.0") == expected("--xen-version", "4.22.0", "--libraries", "4.22"))
            #expect(try log([], "4.22.0") == expected("--xen-version", "4.22.0"), "one that says nothing")
            let unknown = try run([23, 0, 4, 0, 0x18, 0, 0, 0, 0x16, 0, 0, 0], "4.22.0").options
            #expect(sandbox.failure(unknown)?.message.contains("built for Xen 4.23, which is no release") == true)
            #expect(sandbox.failure(unknown + ["--libraries", "4.22"])?.message == nil)
        }
    }

    /// domb-construct would not build a domain there.
    @Test func aPairForAnotherXenIsRefused() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let run = ["predict", sandbox.path("lcm.dtb")] + sandbox.images + Sandbox.identity
            let failure = sandbox.failure(run + ["--xen-version", "4.17.5", "--libraries", "4.20"])
            #expect(failure?.code == 1)
            #expect(
                failure?.message
                    == "the launch would fail: Xen 4.17.5 (domctl 0x15, sysctl 0x15); this domb-construct was built for 4.20 "
                    + "(0x17, 0x15)")
            // Without a word of it the pair is the one for 4.17.
            #expect(
                sandbox.failure(run + ["--xen-version", "4.17.5", "--output", sandbox.path("out")])?.message == nil)
        }
    }

    /// Neither a guess nor silence.
    @Test func aXenThatIsNotKnownIsRefusedByNameOrAssumed() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            for version in ["4.23.0", "4.22-unstable", "4.16.5", "5.0.0", "what"] {
                let run = ["predict", sandbox.path("lcm.dtb")] + sandbox.images + Sandbox.identity
                let failure = sandbox.failure(run + ["--xen-version", version])
                #expect(failure?.code == 1)
                #expect(failure?.message.contains("Xen \(version) is no release that this domb knows") == true)
                let assumed = try records(sandbox, ["--xen-version", version, "--assume", "4.22"])
                #expect(try assumed == records(sandbox, ["--xen-version", "4.22.0"]))
            }
        }
    }

    @Test func whatIsKnownIsNotAssumed() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let run = ["predict", sandbox.path("lcm.dtb")] + sandbox.images + Sandbox.identity
            #expect(sandbox.failure(run + ["--xen-version", "4.20.4", "--assume", "4.22"])?.code == 64)
            for option in ["--assume", "--libraries"] {
                #expect(sandbox.failure(run + [option, "4.23"])?.code == 64)
            }
            let same = run + ["--xen-version", "4.22.0", "--assume", "4.22", "--output", sandbox.path("out")]
            #expect(sandbox.failure(same)?.message == nil)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import domb

/// Small things in which files of the world differ from ours.
@Suite struct SmallFormTests {
    private static let yaml =
        "launch: {handoff: park}\nbuilder: construct\ndomains:\n  - {name: a, memory: 8M, kernel: tiny.elf}\n"

    /// U+FEFF, as editors of another system put it before a text.
    @Test func aByteOrderMarkIsNoPartOfADescription() throws {
        try Sandbox.run { sandbox throws in
            try sandbox.write(try HostFile.read(Sandbox.fixtures + "/tiny.elf", limit: 1 << 16), to: "tiny.elf")
            try sandbox.write([0xEF, 0xBB, 0xBF] + Array(Self.yaml.utf8), to: "bom.yaml")
            #expect(sandbox.failure(["check", sandbox.path("bom.yaml")]) == nil)
            try sandbox.write([0xEF, 0xBB, 0xBF] + Array(("x: 1\n" + Self.yaml).utf8), to: "bom.yaml")
            let failure = sandbox.failure(["check", sandbox.path("bom.yaml")])
            #expect(
                failure?.code == 65 && failure?.message.contains("bom.yaml:1: x") == true, "\(failure?.message ?? "")")
        }
    }

    @Test func exportMakesItsFolder() throws {
        try Sandbox.run { sandbox throws in
            let tree = Sandbox.fixtures + "/appliance.dtb"
            for _ in 0..<2 {
                #expect(sandbox.exitCode("export", "--xl", tree, "-o", sandbox.path("new")) == 0)
            }
            #expect(!(try HostFile.names(in: sandbox.path("new"))).isEmpty)
            let failure = sandbox.failure(["export", "--xl", tree, "-o", sandbox.path("none/new")])
            #expect(failure?.code == 74 && failure?.message.contains("none/new") == true)
        }
    }

    /// Linkers leave a few bytes behind the last note.
    @Test func strayBytesBehindNotesAreNoNote() throws {
        let note: [UInt8] = [4, 0, 0, 0, 4, 0, 0, 0, 18, 0, 0, 0] + Array("Xen\0".utf8) + [0, 0, 0x10, 0]
        for count in 0..<12 {
            let elf = TestELF(programs: [
                TestELF.Program(type: 4, flags: 4, address: 0, content: note + [UInt8](repeating: 7, count: count))
            ])
            let notes = try ELFNotes(parsing: elf.bytes)
            #expect(notes.all.count == 1 && notes.values("Xen", 18).first?.number == 0x10_0000, "\(count)")
        }
    }

    @Test func numbersAndTheirWordsAgree() {
        #expect(counted(0, "vcpu", "vcpus") == "0 vcpus" && counted(1, "vcpu", "vcpus") == "1 vcpu")
        #expect(counted(2, "vcpu", "vcpus") == "2 vcpus")
    }

    /// No type of Swift's is told to people.
    @Test func aSchedulerIsToldByItsName() throws {
        try Sandbox.run { sandbox throws in
            for command in ["plan", "replay"] {
                for form in [[], ["--json"]] as [[String]] {
                    let run = try Program.run(
                        [command, Sandbox.fixtures + "/world/base.dtb"] + form, output: "> \(sandbox.path("out"))")
                    let text = String(decoding: try sandbox.read("out"), as: UTF8.self)
                    #expect(run.code == 0 && text.contains("the scheduler is credit2, and 1 physical cpu is online"))
                    #expect(!text.contains("Scheduler(") && !text.contains(" 1 vcpus"))
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Testing

@testable import domb

/// What a description's launch needs on the boot domain's command line is there, or the description is refused.
@Suite struct BootArgumentsTests {
    private func read(launch: String, cmdline: String?) throws -> LaunchDescription {
        let boot = cmdline.map { "boot_domain:\n  kernel: k\n  cmdline: '\($0)'\n" } ?? ""
        let text = "launch: {\(launch)}\n\(boot)domains:\n  - {name: one, memory: 8M, kernel: k}\n"
        return try LaunchDescription(parsing: Array(text.utf8), from: "l.yaml")
    }

    private func commandLine(_ launch: String, _ cmdline: String) throws -> String {
        String(decoding: try #require(try read(launch: launch, cmdline: cmdline).boot).commandLine, as: UTF8.self)
    }

    private func problem(_ launch: String, _ cmdline: String?) -> String? {
        do {
            _ = try read(launch: launch, cmdline: cmdline)
            return nil
        } catch let failure as CommandFailure {
            return failure.message
        } catch {
            return "\(error)"
        }
    }

    @Test func eachWordIsAddedOnceAndOnlyWhereItIsNeeded() throws {
        #expect(try commandLine("handoff: park", "quiet") == "quiet")
        #expect(try commandLine("handoff: park, pcr: 11", "quiet") == "quiet")
        #expect(try commandLine("handoff: park", "domb.pcr=13") == "domb.pcr=13")
        #expect(try commandLine("handoff: park, pcr: 12", "quiet") == "quiet domb.pcr=12")
        #expect(try commandLine("handoff: park, pcr: 12", "domb.pcr=12 quiet") == "domb.pcr=12 quiet")
        #expect(try commandLine("handoff: exec, handoff_target: /i", "a") == "a domb.exec=/i")
        #expect(try commandLine("handoff: exec, handoff_target: /i", "domb.exec=/i") == "domb.exec=/i")
        #expect(try commandLine("handoff: exec, handoff_target: /i, pcr: 15", "a") == "a domb.pcr=15 domb.exec=/i")
    }

    /// By its line and key, as everything else that is wrong with a description.
    @Test func aWordThatSaysSomethingElseIsAProblem() {
        let key = "l.yaml:4: boot_domain.cmdline: "
        #expect(problem("handoff: park, pcr: 12", "domb.pcr=13") == key + "'domb.pcr=13', and launch.pcr is 12")
        // Without the word it is 11, and it says so all the same.
        #expect(problem("handoff: park, pcr: 12", "domb.pcr=11") == key + "'domb.pcr=11', and launch.pcr is 12")
        #expect(
            problem("handoff: exec, handoff_target: /i", "domb.exec=/j")
                == key + "'domb.exec=/j', and launch.handoff_target is /i")
        #expect(
            problem("handoff: park", "domb.pcr=16")
                == key + "'domb.pcr=16' is no domb. word with a value that it can have")
    }

    @Test func noDescriptionIsForAPCRThatCannotHoldALaunch() {
        for pcr in [0, 9, 16, 23] {
            #expect(
                problem("handoff: park, pcr: \(pcr)", nil)?.hasPrefix("l.yaml:1: launch.pcr: \(pcr): no PCR") == true)
        }
        #expect(problem("handoff: park, pcr: 10", nil) == nil)
        #expect(problem("handoff: park, pcr: 17", nil) == nil)
    }
}

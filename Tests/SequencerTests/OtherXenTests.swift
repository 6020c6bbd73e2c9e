// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

/// A Xen that the program was not built for.
@Suite struct OtherXenTests {
    private static let other = OtherXen(
        version: [], running: XenInterface(version: 4 << 16 | 23, domctl: 0x19, sysctl: 0x17),
        built: XenInterface(version: 4 << 16 | 20, domctl: 0x17, sysctl: 0x15), program: .initial)

    private func launch(by launcher: LaunchEvent.Identity.Launcher = .bootDomain) throws -> SimulatedLaunch {
        var launch = try SimulatedLaunch(dependencies: [[], [0]], handoff: .park)
        launch.host.otherXen = Self.other
        launch.arguments.launcher = launcher
        return launch
    }

    /// Recorded and capped as every refusal is, and nothing but Xen's version was asked of it by then.
    @Test func itIsRefusedByNameAtTheFirstCall() throws {
        for (launcher, program) in [(.bootDomain, "domb-init"), (.command, "domb-launch")]
            as [(LaunchEvent.Identity.Launcher, String)]
        {
            let outcome = try launch(by: launcher).run()
            let failure = try #require(outcome.failure)
            #expect(failure.stage == .facts && failure.kind == .facts)
            let text =
                "facts: Xen 4.20.3 (domctl 0x19, sysctl 0x17); this \(program) was built for 4.20 (0x17, 0x15)"
            #expect(failure.message.bytes == Array(text.utf8))
            #expect(outcome.unpaused == [])
            let asked = outcome.journal.entries.map { $0.operation }
            #expect(asked.filter { $0.name.description.hasPrefix("xc_") } == [])
            #expect(asked.contains(.version))
            let recorder = try #require(outcome.recorder)
            #expect(recorder.isCapped)
            #expect(outcome.journal.eventLogs.last == recorder.log.bytes)
            #expect(recorder.log.banks.map { outcome.tpm.registers[$0]?[11] } == recorder.predicted)
            #expect(String(decoding: recorder.log.bytes, as: UTF8.self).contains(text))
        }
    }
}

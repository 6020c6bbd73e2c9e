// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import Prediction

/// What a launch ends with is its handoff, and nothing of another kind.
@Suite struct HandoffKindTests {
    @Test func onlyTheHandoffShutdownShutsTheBootDomainDown() throws {
        var prediction = try TestPrediction()
        for (kind, keepsRole) in [(HandoffKind.park, true), (.park, false), (.shutdown, false)] {
            prediction.lcm.settings.handoff = kind
            var host = SimulatedHypervisor(cpus: 4, callerIsHardwareDomain: keepsRole)
            for domain in try prediction.domains() { host.add(domain) }
            let run = LaunchRun(
                prediction.received, arguments: .init(), host: host, tpm: SimulatedTPM(banks: [0x0B]))
            #expect(run.end == .complete, "\(kind)")
            #expect(run.journal.entries.last?.operation == kind.operation)
            #expect(run.journal.entries.contains { $0.operation == .shutdown } == (kind == .shutdown))
            #expect(run.host.calls.contains { $0.operation == .shutdown } == (kind == .shutdown))
            #expect(run.host.domainsByID[0]?.info.isShutDown == (kind == .shutdown))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import Sequencer
import SimulatedPlatform
import Testing

@testable import Prediction

/// A failed launch leaves a log that says so, and a PCR that no good launch has.
@Suite struct FailureRecordTests {
    @Test(arguments: [LaunchEvent.Identity.Launcher.bootDomain, .command]) func aFailureIsRecordedWhoeverLaunches(
        launcher: LaunchEvent.Identity.Launcher
    ) throws {
        var prediction = try TestPrediction()
        var arguments = LaunchArguments()
        arguments.launcher = launcher
        for isGood in [true, false] {
            if !isGood { prediction.lcm.domains[1].kernel.expectedDigest = SwiftCryptoHash.digest(.sha256, of: [9]) }
            var host = SimulatedHypervisor(cpus: 4, callerIsHardwareDomain: true)
            for domain in try prediction.domains() { host.add(domain) }
            let run = LaunchRun(
                prediction.received, arguments: arguments, host: host, tpm: SimulatedTPM(banks: [0x0B]))
            #expect((run.failure == nil) == isGood)
            let log = try EventLogReader(parsing: try #require(run.journal.eventLogs.last))
            let errors = log.records.filter { if case .event(.error, _) = $0.content { true } else { false } }
            #expect(errors.count == (isGood ? 0 : 1))
            let replay = LogReplay(log, hashing: SwiftCryptoHash.self)
            #expect((replay.outcome == .closed) == isGood)
            #expect(run.tpm.registers[.sha256]?[11] == replay.values.first)
        }
    }
}

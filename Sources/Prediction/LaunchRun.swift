// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import Sequencer
import SimulatedPlatform

/// One launch on a simulated host, by the code that launches on a real one, and everything that came of it.
public struct LaunchRun {
    public var failure: LaunchFailure?
    public var end: LaunchEnd?
    public var plan: LaunchPlan?
    /// In the order in which they were unpaused, by the handoff too.
    public var unpaused: [DomainID]
    public var ready: [(domid: DomainID, time: UInt64)]
    public var host: SimulatedHypervisor
    public var tpm: SimulatedTPM
    public var journal: RecordingJournal
    /// In microseconds of the simulated host's clock.
    public var duration: UInt64

    /// Host, TPM and journal get one clock, and the LCM's xenstored runs where it names one. A failure is recorded as PID 1
    /// records it.
    public init(
        _ received: ReceivedLCM, in surroundings: Surroundings = Surroundings(), arguments: LaunchArguments,
        host: SimulatedHypervisor, tpm: SimulatedTPM, tick: UInt64 = 0
    ) {
        let clock = VirtualClock()
        var (host, tpm) = (host, tpm)
        host.journal = RecordingJournal(clock: clock, tick: tick)
        tpm.clock = clock
        var machine = Machine(host: host, tpm: tpm, hashing: SwiftCryptoHash.self, arguments: arguments)
        var surroundings = surroundings
        surroundings.hasXenstored = received.lcm.settings.xenstored != nil
        do throws(LaunchFailure) {
            let end = try machine.launch(received, in: surroundings)
            if arguments.launcher != .command { try Self.handOff(&machine, received.lcm.settings.handoff, end) }
            self.end = end
        } catch {
            failure = error
            if arguments.launcher == .command { machine.recordFailure(error) } else { _ = machine.end(after: error) }
        }
        plan = machine.plan
        let left = machine.host
        unpaused =
            machine.unpaused + machine.atHandoff.filter { left.domainsByID[$0.rawValue]?.info.isPaused == false }
        ready = machine.ready
        self.host = left
        self.tpm = machine.tpm
        journal = left.journal
        duration = clock.now
    }

    /// What PID 1 does with a launch that ended so.
    private static func handOff(
        _ machine: inout Machine<SimulatedHypervisor, SimulatedTPM, SwiftCryptoHash>,
        _ kind: HandoffKind, _ end: LaunchEnd
    ) throws(LaunchFailure) {
        if case .recovered = end { return }
        machine.announceHandoff(kind.operation)
        if kind == .shutdown, let failure = machine.shutDown() { throw failure }
    }
}

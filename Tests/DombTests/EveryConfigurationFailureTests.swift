// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import Prediction
import Sequencer
import SimulatedPlatform
import TestSupport
import Testing

@testable import ConfigApply
@testable import domb

/// Every hypercall of every operation made to fail, one at a time, with every errno that Xen, privcmd or libxenctrl gives, in
/// a launch of two domains of which one has everything.
@Suite struct EveryConfigurationFailureTests {
    /// xen/public/errno.h, as far as any of the operations' code in Xen returns it.
    private static let codes: [(code: Int32, name: String)] = [
        (1, "EPERM"), (2, "ENOENT"), (3, "ESRCH"), (4, "EINTR"), (5, "EIO"), (7, "E2BIG"), (11, "EAGAIN"),
        (12, "ENOMEM"), (13, "EACCES"), (14, "EFAULT"), (16, "EBUSY"), (17, "EEXIST"), (19, "ENODEV"), (22, "EINVAL"),
        (28, "ENOSPC"), (34, "ERANGE"), (38, "ENOSYS"), (61, "ENODATA"), (75, "EOVERFLOW"), (95, "EOPNOTSUPP"),
        (98, "EADDRINUSE"), (99, "EADDRNOTAVAIL"), (105, "ENOBUFS"),
    ]

    private struct Outcome {
        var failure: LaunchFailure?
        var host: SimulatedHypervisor
        var entries: [TraceEntry]
        var unpaused: [DomainID]
    }

    /// Under credit2 or credit the domain has a share; under RTDS, which only a pool has, period and budget.
    private func lcm(_ scheduler: HypervisorFacts.Scheduler) throws -> LCM {
        let kernel = ImageReference(moduleIndex: 1, segments: [Segment(address: 0x10_0000, byteCount: 8)])
        var domains = try [(1, "plain"), (2, "all")].map { number, name in
            DomainDescription(
                domid: try #require(DomainID(rawValue: number)), name: Array(name.utf8), memory: 8192, kernel: kernel)
        }
        domains[1].settings = try TestLaunchFiles.extended()
        domains[1].settings.eventChannels = [EventChannel(port: 1, remote: Backend(name: Array("plain".utf8)))]
        // xenstore's own failures are StoreLaunchTests'.
        domains[1].settings.enhanced = false
        (domains[1].settings.console, domains[1].settings.disks, domains[1].settings.vifs) = (nil, [], [])
        domains[1].maxMemory = 16384
        domains[1].handle = DomainHandle(high: 1, low: 2)
        domains[1].affinities = [VCPUAffinity(vcpu: 0, hard: CPUSet(words: [0x100]), soft: CPUSet(words: [0x200]))]
        var pools = TestLaunchFiles.cpupools
        pools[0].scheduler = scheduler
        if scheduler != .rtds {
            domains[1].settings.periodAndBudget = nil
            domains[1].weight = 512
            domains[1].cap = 50
        }
        return LCM(
            domains: domains, settings: LaunchSettings(coverage: .images, handoff: .park, cpupools: pools))
    }

    private static func received(_ lcm: LCM) -> ReceivedLCM {
        ReceivedLCM(lcm: lcm, byteCount: 0, digest: SwiftCryptoHash.digest(.sha256, of: []))
    }

    private func plan(_ lcm: LCM) throws -> LaunchPlan {
        try LaunchPlan(
            Self.received(lcm), facts: try AssumedHost.parse([]).facts(for: lcm), arguments: LaunchArguments())
    }

    private func host(_ lcm: LCM) throws -> SimulatedHypervisor {
        var host = SimulatedHypervisor(callerIsHardwareDomain: true)
        host.facts.securityMode = .enforcing
        host.provide(for: lcm, cpus: 10)
        for description in lcm.domains {
            var domain = SimulatedDomain(domid: description.domid, kibibytes: 8192)
            domain.created = description.settings
            domain.memory.write(
                [0x78, 0xC5, 0x6E, 0x33, 1] + [UInt8](repeating: 0, count: 51), at: domain.state.startInfo)
            domain.memory.write([UInt8](repeating: 0x90, count: 8), at: 0x10_0000)
            host.add(domain)
        }
        return host
    }

    private func run(
        _ lcm: LCM, _ plan: LaunchPlan, failing: (call: Int, code: Int32)? = nil
    ) throws -> Outcome {
        var host = try host(lcm)
        host.failure = failing
        var machine = Machine(
            host: host, tpm: SimulatedTPM(), hashing: SwiftCryptoHash.self)
        var failure: LaunchFailure?
        do throws(LaunchFailure) {
            try machine.launch(Self.received(lcm), in: Surroundings())
        } catch {
            failure = error
            machine.recordFailure(error)
        }
        return Outcome(
            failure: failure, host: machine.host, entries: machine.host.journal.entries, unpaused: machine.unpaused)
    }

    /// What a configuration stage may issue besides its effects: what reads back.
    private static let readBacks: Set<Platform.Operation> = [
        .getInfo, .getAffinity, .credit2Get, .creditGet, .rtdsGet, .getNodeAffinity, .getTSCInfo, .getParameter,
        .contextToSID, .testAssignDevice, .getCPUPool, .channelStatus, .getCPUPolicy,
        .queryGrantSize,
    ]

    /// An unpause is read back by the same question, and is another stage's; a domain that is gone has run.
    private static func isOfUnpause(_ made: (operation: Platform.Operation, domid: DomainID?), _ outcome: Outcome)
        -> Bool
    {
        made.operation == .getInfo && (outcome.failure.map { $0.stage == .unpause } ?? !outcome.unpaused.isEmpty)
    }

    /// Nothing runs, nothing follows, and the message names domain, operation, value and reason.
    @Test(arguments: [HypervisorFacts.Scheduler.rtds, .credit, .credit2])
    func everyFailureIsToldAndEndsTheLaunch(scheduler: HypervisorFacts.Scheduler) throws {
        let lcm = try lcm(scheduler)
        let plan = try plan(lcm)
        let planned = PlanStep.steps(of: plan).filter { $0.stage == "configure" }.map { $0.operation }
        let effects = Set(planned)
        let good = try run(lcm, plan)
        #expect(good.failure == nil && good.unpaused.count == 2)
        #expect(good.entries.map { $0.operation }.filter { effects.contains($0) } == planned)

        let heads = zip(lcm.domains, plan.configurations).flatMap { domain, configuration in
            configuration.operations.map { operation in
                "configure: domain \(domain.domid.rawValue): \(operation.name) \(text(operation.value.bytes)): "
            }
        }
        var runs = 0
        var told: Set<String> = []
        for (call, made) in good.host.calls.enumerated()
        where effects.contains(made.operation) || Self.readBacks.contains(made.operation) {
            for (code, name) in Self.codes {
                // The measurement asks for parameters too; that a device is taken is a device's read-back.
                let outcome = try run(lcm, plan, failing: (call, code))
                guard let failure = outcome.failure, failure.stage == .configure else {
                    #expect(
                        made.operation == .getParameter || outcome.failure?.stage == .facts
                            || (made.operation == .testAssignDevice && code == 22) || Self.isOfUnpause(made, outcome))
                    continue
                }
                runs += 1
                let message = String(decoding: failure.message.bytes, as: UTF8.self)
                let end = "\(made.operation.name): \(name) (\(code))"
                let head = heads.first { message == $0 + end }
                #expect(head != nil, "\(message)")
                told.insert(head ?? "")
                #expect(outcome.unpaused.isEmpty && outcome.host.calls.count == call + 1)
                #expect(outcome.host.domainsByID.values.allSatisfy { $0.info.isPaused || $0.info.domid.rawValue == 0 })
                let issued = outcome.entries.map { $0.operation }.filter { effects.contains($0) }
                #expect(issued == Array(planned.prefix(issued.count)), "\(message)")
            }
        }
        // Every operation of the plan has failed.
        #expect(told == Set(heads), "\(Set(heads).subtracting(told))")
        #expect(runs > 40 * Self.codes.count)
        print("\(scheduler.name): \(runs) failures of the configuration, each told")
    }
}

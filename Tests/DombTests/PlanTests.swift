// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import Sequencer
import SimulatedPlatform
import TestSupport
import Testing

@testable import domb

/// `domb plan` and `domb check`.
@Suite struct PlanTests {
    private static let kernel = ImageReference(moduleIndex: 1, segments: [Segment(address: 0x10_0000, byteCount: 8)])

    private static func domain(
        _ rawValue: UInt16, _ name: String, _ change: (inout DomainDescription) -> Void = { _ in }
    ) throws -> DomainDescription {
        var domain = DomainDescription(
            domid: try #require(DomainID(rawValue: rawValue)), name: Array(name.utf8), memory: 8192, kernel: kernel)
        change(&domain)
        return domain
    }

    /// One of everything that a launch does.
    private static func lcm(_ handoff: HandoffKind = .shutdown) throws -> LCM {
        let domains = [
            try domain(1, "hw") { $0.roles = .hardware },
            try domain(4, "late") { $0.dependencies = [2] },
            try domain(3, "early") {
                $0.handle = DomainHandle(high: 1, low: 2)
                $0.vcpus = 2
                $0.maxMemory = 16384
                $0.weight = 512
                $0.cap = 50
                $0.affinities = [VCPUAffinity(vcpu: 1, hard: CPUSet(words: [2]), soft: CPUSet(words: [1]))]
            },
            try domain(9, "rescue") { $0.roles = .recovery },
        ]
        return LCM(
            domains: domains,
            settings: LaunchSettings(
                coverage: .images, handoff: handoff, handoffTarget: handoff == .execute ? Array("/init".utf8) : nil))
    }

    private static func received(_ lcm: LCM) -> ReceivedLCM {
        ReceivedLCM(lcm: lcm, byteCount: 0, digest: SwiftCryptoHash.digest(.sha256, of: []))
    }

    private func plan(_ lcm: LCM, _ arguments: String...) throws -> LaunchPlan {
        let host = try AssumedHost.parse(arguments)
        return try LaunchPlan(
            Self.received(lcm), facts: host.facts(for: lcm),
            arguments: try host.parsedArguments(for: lcm))
    }

    /// A simulated Xen with the module's domains as a builder leaves them.
    private func host(_ lcm: LCM) -> SimulatedHypervisor {
        var host = SimulatedHypervisor(cpus: 2)
        for description in lcm.domains {
            var domain = SimulatedDomain(
                domid: description.domid, kibibytes: description.memory, vcpus: description.vcpus, cpus: 2)
            domain.created = description.settings
            // struct hvm_start_info: its magic, no modules, no command line.
            domain.memory.write(
                [0x78, 0xC5, 0x6E, 0x33, 1] + [UInt8](repeating: 0, count: 51), at: domain.state.startInfo)
            domain.memory.write([UInt8](repeating: 0x90, count: 8), at: 0x10_0000)
            host.add(domain)
        }
        return host
    }

    /// What only asks is no step of a plan.
    private static let effects: [Platform.Operation] = [
        .maxVCPUs, .setMaxMemory, .setAffinity, .credit2Set, .setHandle, .unpause, .pcrExtend, .pcrRead,
        .unpauseAtHandoff,
        .shutdown, .park, .execute,
    ]

    @Test(arguments: [HandoffKind.shutdown, .park, .execute]) func stepsAreWhatALaunchDoes(_ handoff: HandoffKind)
        throws
    {
        var lcm = try Self.lcm(handoff)
        // "late", for whom nobody waits.
        lcm.domains[1].conduct.onFailure = .skip
        let plan = try plan(lcm)
        var machine = Machine(
            host: host(lcm), tpm: SimulatedTPM(), hashing: SwiftCryptoHash.self,
            arguments: try AssumedHost.parse([]).parsedArguments(for: lcm))
        let next = Surroundings.NextInit(
            path: Array("/init".utf8), byteCount: 0, digest: SwiftCryptoHash.digest(.sha256, of: []))
        try machine.launch(
            Self.received(lcm), in: Surroundings(nextInit: handoff == .execute ? next : nil))
        machine.announceHandoff(handoff.operation)
        let done = machine.host.journal.entries.filter { Self.effects.contains($0.operation) }
        let planned = PlanStep.steps(of: plan)
        #expect(done.map { $0.operation } == planned.map { $0.operation })
        // An extend is the TPM's, so that its trace has no domid.
        #expect(
            done.filter { $0.operation != .pcrExtend }.map { $0.domid }
                == planned.filter { $0.operation != .pcrExtend }.map { $0.domain?.domid })
        #expect(planned.filter { $0.stage == "handoff" }.count == (handoff == .shutdown ? 2 : 1))
    }

    @Test func aCommandHandsNothingOver() throws {
        var lcm = try Self.lcm(.execute)
        lcm.domains.removeFirst()
        lcm.domains[0].dependencies = [1]
        let plan = try plan(lcm, "--as-command")
        let steps = PlanStep.steps(of: plan, isCommand: true)
        let all = PlanStep.steps(of: plan)
        #expect(steps.count == all.count - 2)
        #expect(!steps.contains { $0.stage == "handoff" || $0.detail.contains("next init") })
    }

    @Test func domainsAreUnpausedAfterThoseTheyDependOn() throws {
        let steps = PlanStep.steps(of: try plan(try Self.lcm())).filter { $0.operation == .unpause }
        #expect(steps.map { $0.domain?.domid.rawValue } == [1, 3, 4])
        #expect(steps.map { $0.detail } == ["", "", "after early"])
    }

    @Test func withoutATPMTheLogAloneIsWritten() throws {
        var lcm = try Self.lcm()
        #expect(throws: PlanRefusal.self) { try plan(lcm, "--no-tpm") }
        lcm.settings.tpmPolicy = .warn
        let steps = PlanStep.steps(of: try plan(lcm, "--no-tpm"))
        #expect(!steps.contains { $0.operation == .pcrRead })
        #expect(
            steps.filter { $0.operation == .pcrExtend }.allSatisfy { $0.detail.hasSuffix("(in the log only: no TPM)") })
    }

    @Test func optionsChangeTheHost() throws {
        let lcm = try Self.lcm()
        #expect(try plan(lcm, "--bank", "sha1", "--bank", "sha384").banks == [.sha1, .sha384])
        #expect(throws: PlanRefusal.refused(.shutdownOfHardwareDomain)) { try plan(lcm, "--hardware-domain") }
        #expect(throws: PlanRefusal.self) { try plan(lcm, "--cpus", "1") }
        #expect(throws: PlanRefusal.self) {
            try plan(lcm, "--arguments", "domb.lcm=sha256:" + String(repeating: "0", count: 64))
        }
    }

    @Test func shutdownNeedsAHardwareDomainInTheLCM() throws {
        var lcm = try Self.lcm()
        lcm.domains[0].roles = []
        #expect(throws: PlanRefusal.refused(.shutdownOfHardwareDomain)) { try plan(lcm) }
        lcm.settings.handoff = .park
        _ = try plan(lcm)
    }

    @Test func refusalsHaveACodeAndADomain() throws {
        let lcm = try Self.lcm()
        let refusal = PlanRefusal.refused(.unknownPlace, lcm.domains[2].domid)
        #expect(refusal.name == "unknownPlace")
        #expect(refusal.line(in: lcm).hasPrefix("domain 3 (early): "))
        #expect(PlanRefusal.refused(.noActiveBank).name == "noActiveBank")
    }

    @Test func aTreeThatNamesNoPlacesIsPlannedAndRefusedByARealLaunch() throws {
        var lcm = try Self.lcm()
        lcm.domains[1].kernel.segments = []
        let refused = PlanRefusal.refused(.unknownPlace, lcm.domains[1].domid)
        #expect(throws: refused) { _ = try plan(lcm) }
        let (assumed, placeless) = lcm.withAssumedPlaces()
        #expect(placeless.map { $0.domid } == [lcm.domains[1].domid])
        #expect(try plan(assumed).unpauseOrder.contains(1))
    }
}

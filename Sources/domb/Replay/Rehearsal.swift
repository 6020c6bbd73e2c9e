// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// A simulated host with the domains of an LCM, ready for a launch.
struct Rehearsal {
    private(set) var lcm: LCM
    var host: SimulatedHypervisor
    private var tpm: SimulatedTPM
    private let arguments: LaunchArguments
    private let received: ReceivedLCM
    private var surroundings = Surroundings()

    /// Domains of the images that are given, or of stand-ins.
    init(_ file: LaunchControlFile, host assumed: AssumedHost, modules: ModuleFiles) throws {
        arguments = try assumed.parsedArguments(for: file.lcm)
        let placed = file.lcm.withAssumedPlaces().lcm
        lcm = modules.isGiven ? file.lcm : StandInDomains.lcm(placed)
        let facts = assumed.facts(for: lcm)
        host = SimulatedHypervisor(
            cpus: facts.hypervisor.cpus, callerIsHardwareDomain: facts.hypervisor.callerIsHardwareDomain)
        host.provide(for: lcm, cpus: facts.hypervisor.cpus)
        host.facts.scheduler = facts.hypervisor.scheduler
        host.facts.securityMode = facts.hypervisor.securityMode
        host.facts.host = facts.hypervisor.host
        // Where the LCM gives the hardware role away, Xen's command line has to.
        host.facts.commandLine =
            lcm.domains.first { $0.roles.contains(.hardware) }.map {
                Array("hardware_dom=\($0.domid.rawValue)".utf8)
            } ?? []
        host.costs = .ordinary
        if modules.isGiven {
            var builder = DomainBuilder(
                file, modules: modules, model: .construct(.usual), xenCommandLine: host.facts.commandLine,
                cpus: facts.hypervisor.cpus)
            for domain in try builder.buildAll() { host.add(domain) }
        } else {
            for domain in try StandInDomains.build(lcm, cpus: facts.hypervisor.cpus) { host.add(domain) }
        }
        host.letEachBeReady(lcm)
        switch facts.tpm {
        case .banks(let banks): tpm = SimulatedTPM(banks: banks)
        case .absent:
            tpm = SimulatedTPM()
            tpm.isPresent = false
        }
        tpm.costs = .ordinary
        received = file.received(lcm)
        guard arguments.launcher != .command else { return }
        surroundings.nextInit = lcm.settings.handoffTarget.map {
            Surroundings.NextInit(path: $0, byteCount: 0, digest: file.digest)
        }
    }

    mutating func add(_ points: [RehearsedFault]) {
        for point in points {
            switch point {
            case .host(let fault): host.faults.append(fault)
            case .tpm(let fault): tpm.operationFaults.append(fault)
            case .domain(let domid, let behaviour): host.domainsByID[domid.rawValue]?.behaviour = behaviour
            }
        }
    }

    /// Lets a real boot answer.
    mutating func record(_ trace: TraceFile) {
        let recording = RecordedAnswers(trace.answers)
        host.recording = recording
        tpm.recording = recording
        host.costs = .none
        tpm.costs = .none
        if let words = trace.detail(.features) { host.facts.callerIsHardwareDomain = words == "hardware domain" }
        if let words = trace.detail(.schedulerID) {
            let known: [HypervisorFacts.Scheduler] = [.credit, .credit2, .rtds, .arinc653, .null]
            host.facts.scheduler = known.first { $0.name.description == words } ?? HypervisorFacts.Scheduler(number: 0)
        }
        if let words = trace.detail(.flaskEnforcing) {
            let known: [SecurityMode] = [.none, .permissive, .enforcing]
            host.facts.securityMode = known.first { $0.name.description == words } ?? .none
        }
        // "4 11", before the TPM's name.
        let banks = (trace.entries.first { $0.operation == .getCapability }?.detail ?? "").split(separator: " ")
            .compactMap { UInt16($0) }
        if !banks.isEmpty {
            tpm = SimulatedTPM(banks: banks)
            tpm.recording = recording
        }
        // "2 cpus, 1048576 pages free".
        let numbers = (trace.detail(.physinfo) ?? "").split(separator: " ").compactMap { UInt64($0) }
        if numbers.count == 2 {
            host.facts.host.cpus = UInt32(clamping: numbers[0])
            host.facts.host.freePages = numbers[1]
        }
        // That a domain shuts down is in the answers; that its node is there is not.
        for domain in lcm.domains {
            var behaviour = DomainBehaviour()
            if case .node = domain.conduct.readiness, let after = trace.nodeSeen(domain.domid) {
                behaviour = DomainBehaviour(fulfilling: domain.conduct, of: domain.domid, after: after)
            }
            host.domainsByID[domain.domid.rawValue]?.behaviour = behaviour
        }
    }

    func run() -> LaunchRun {
        LaunchRun(received, in: surroundings, arguments: arguments, host: host, tpm: tpm)
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import Sequencer
import SimulatedPlatform

/// A launch on a simulated host, by the code that launches on a real one: facts, plan, run.
public struct PredictedLaunch: Sendable {
    public struct Domain: Sendable {
        public let domid: DomainID
        public let name: [UInt8]
        /// SHA-256 over its record's event data.
        public let digest: Digest
    }

    /// The whole event log.
    public let log: [UInt8]
    /// In LCM order.
    public let domains: [Domain]

    /// What stays the same whatever the domains hold.
    public struct Host: Sendable {
        public var banks: [HashAlgorithm]
        /// Online physical cpus.
        public var cpus: UInt32

        public init(banks: [HashAlgorithm], cpus: UInt32) {
            self.banks = banks
            self.cpus = cpus
        }
    }

    /// `identity` is the log's first record; `domains` are those of the LCM, built. Throws where the real launch would fail.
    public init(
        _ received: ReceivedLCM, _ identity: LaunchEvent.Identity, nextInit: Surroundings.NextInit? = nil,
        domains built: [SimulatedDomain], on host: Host
    ) throws(LaunchFailure) {
        var arguments: LaunchArguments
        do throws(LaunchArguments.ParseFailure) {
            arguments = try LaunchArguments(parsing: identity.commandLine)
        } catch {
            throw LaunchFailure(.prepare, .argument(error.word))
        }
        arguments.launcher = identity.launcher
        var machine = Machine(
            host: Self.hypervisor(received.lcm, identity, built, host), tpm: Self.tpm(arguments.pcr, host),
            hashing: SwiftCryptoHash.self, arguments: arguments)
        let surroundings = Surroundings(
            buildID: identity.buildID, hasXenstored: received.lcm.settings.xenstored != nil, nextInit: nextInit)
        try machine.launch(received, in: surroundings)
        log = machine.host.journal.eventLogs.last ?? []
        domains = machine.host.journal.measurements.map { Domain(domid: $0.domid, name: $0.name, digest: $0.digest) }
    }

    /// The hardware role leaves the boot domain when the domain that has it is created.
    private static func hypervisor(
        _ lcm: LCM, _ identity: LaunchEvent.Identity, _ built: [SimulatedDomain], _ host: Host
    ) -> SimulatedHypervisor {
        let keepsRole = !lcm.domains.contains { $0.roles.contains(.hardware) }
        var hypervisor = SimulatedHypervisor(cpus: host.cpus, callerIsHardwareDomain: keepsRole)
        hypervisor.facts.version = identity.xenVersion
        hypervisor.facts.buildID = identity.xenBuildID
        hypervisor.facts.commandLine = identity.xenCommandLine
        hypervisor.facts.securityMode = identity.securityMode
        hypervisor.provide(for: lcm, cpus: host.cpus)
        for domain in built { hypervisor.add(domain) }
        hypervisor.letEachBeReady(lcm)
        return hypervisor
    }

    /// A PCR of a dynamic launch holds zeros, as every other does, by the time DomB comes.
    private static func tpm(_ pcr: PCRIndex, _ host: Host) -> SimulatedTPM {
        var tpm = SimulatedTPM(banks: host.banks.map { $0.rawValue })
        guard pcr.needsLocality else { return tpm }
        tpm.hasLocalities = true
        tpm.beginDynamicLaunch()
        return tpm
    }
}

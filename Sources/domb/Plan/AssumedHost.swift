// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform
import Prediction
import Sequencer

/// What a plan takes for granted where no host can be asked. Everything not among the options is as the LCM wants it.
struct AssumedHost: ParsableArguments {
    @Option(
        help: """
            The boot domain's kernel command line: its domb. words decide what the LCM cannot, and may demand more. \
            (default: what the LCM needs there)
            """)
    var arguments: String?
    @Option(help: "Online physical cpus. (default: as many as the affinities need)")
    var cpus: UInt32?
    @Option(help: "NUMA nodes. (default: as many as the node affinities need)")
    var nodes: UInt32?
    @Option(help: "Memory that nobody owns, as 512M. (default: as much as the domains may grow by)")
    var freeMemory: MemorySize?
    @Option(help: "Xen's scheduler. (default: rtds if a domain has its parameters, else credit2)")
    var scheduler: Scheduler?
    @Flag(name: .customLong("no-iommu"), help: "Xen uses no IOMMU. (default: it does if a domain gets a PCI device)")
    var noIOMMU = false
    @Option(help: "The XSM policy: none without FLASK. (default: enforcing if a domain has a label)")
    var xsm: IdentityOptions.SecurityPolicy?
    @Option(help: "An active bank of the TPM; may be repeated. (default: sha256)")
    var bank: [Bank] = []
    @Flag(help: "No TPM answers.")
    var noTPM = false
    @Flag(help: "The boot domain is the hardware domain. (default: if no domain of the LCM is)")
    var hardwareDomain = false
    @Flag(name: .customLong("as-command"), help: "The launch is by domb-launch, a command of a dom0.")
    var isCommand = false

    enum Bank: String, ExpressibleByArgument, CaseIterable {
        case sha1, sha256, sha384, sha512

        var algorithm: HashAlgorithm {
            switch self {
            case .sha1: .sha1
            case .sha256: .sha256
            case .sha384: .sha384
            case .sha512: .sha512
            }
        }
    }

    enum Scheduler: String, ExpressibleByArgument, CaseIterable {
        case credit, credit2, rtds, null

        var fact: HypervisorFacts.Scheduler {
            switch self {
            case .credit: .credit
            case .credit2: .credit2
            case .rtds: .rtds
            case .null: .null
            }
        }
    }

    func validate() throws {
        guard bank.isEmpty || !noTPM else { throw ValidationError("--bank and --no-tpm contradict each other") }
        _ = try parsed(arguments ?? "")
    }

    func parsedArguments(for lcm: LCM) throws -> LaunchArguments {
        try parsed(arguments ?? neededArguments(lcm))
    }

    /// What the LCM cannot have of itself: only the boot domain's command line gives it.
    private func neededArguments(_ lcm: LCM) -> String {
        var words: [String] = []
        if let pcr = lcm.settings.pcr, pcr != .standard, pcr.mayHoldLaunch {
            words.append("domb.pcr=\(pcr.rawValue)")
        }
        // A path with a space in it can stand on no command line.
        if let target = lcm.settings.handoffTarget.map({ String(decoding: $0, as: UTF8.self) }),
            !target.contains(" ")
        {
            words.append("domb.exec=\(target)")
        }
        return words.joined(separator: " ")
    }

    private func parsed(_ arguments: String) throws -> LaunchArguments {
        do throws(LaunchArguments.ParseFailure) {
            var parsed = try LaunchArguments(parsing: [UInt8](arguments.utf8))
            if isCommand { parsed.launcher = .command }
            return parsed
        } catch {
            throw ValidationError("--arguments: '\(text(error.word))' is no domb. word with a value that it can have")
        }
    }

    func facts(for lcm: LCM) -> LaunchFacts {
        let built = lcm.domains.map { domain in
            DomainInfo(
                domid: domain.domid, isPaused: true, isShutDown: false, isDying: false, isHVM: domain.mode != .pv,
                totalPages: (domain.memory + 3) / 4, maxPages: (domain.memory + 3) / 4, cpuTime: 0, vcpus: 1,
                handle: .unset)
        }
        // TSS2_TCTI_RC_IO_ERROR, as without a device.
        let tpm: LaunchFacts.TPMState =
            noTPM ? .absent(TPMError(.getCapability, responseCode: 0xA_000A)) : .banks(banks.map { $0.rawValue })
        return LaunchFacts(
            hypervisor: HypervisorFacts(
                version: [], buildID: [], commandLine: [], callerIsHardwareDomain: isHardwareDomain(lcm),
                securityMode: securityMode(lcm), scheduler: schedulerFact(lcm), host: resources(lcm),
                domains: bootDomain + built),
            tpm: tpm, surroundings: Surroundings(hasXenstored: lcm.settings.xenstored != nil))
    }

    /// For people and for JSON, in the same words.
    func assumptions(for lcm: LCM) -> [String] {
        [
            "every domain is built as the LCM says, paused, and no other but the boot domain exists",
            "the boot domain is \(isHardwareDomain(lcm) ? "" : "not ")the hardware domain",
        ] + assumedArguments(lcm) + [
            noTPM ? "no TPM answers" : "the TPM's active banks are \(banks.map { "\($0)" }.joined(separator: ", "))",
            "the scheduler is \(schedulerFact(lcm).name), and "
                + "\(counted(resources(lcm).cpus, "physical cpu is", "physical cpus are")) online",
        ] + extendedAssumptions(for: lcm)
    }

    private func assumedArguments(_ lcm: LCM) -> [String] {
        let needed = neededArguments(lcm)
        return arguments != nil || needed.isEmpty ? [] : ["the boot domain's command line has \(needed)"]
    }

    /// What only some LCMs need.
    private func extendedAssumptions(for lcm: LCM) -> [String] {
        var lines: [String] = []
        let host = resources(lcm)
        func needs(_ key: SettingKey) -> Bool { lcm.domains.contains { $0.settings.has(key) } }
        if let freeMemory {
            lines.append("\(freeMemory.kibibytes) KiB of memory are free")
        } else if needs(.memMax) {
            lines.append("as much memory is free as the domains may grow by")
        }
        if needs(.nodeAffinity) { lines.append(counted(host.nodes, "NUMA node is", "NUMA nodes are") + " online") }
        if needs(.pci) {
            lines.append(host.hasIOMMU ? "Xen uses an IOMMU" : "Xen uses no IOMMU")
        }
        if needs(.label) {
            lines.append("the XSM policy is \(securityMode(lcm).name), and it has the labels")
        }
        return lines
    }

    private func resources(_ lcm: LCM) -> HostResources {
        var host = HostResources(neededBy: lcm, cpus: cpus)
        host.nodes = nodes ?? host.nodes
        host.freePages = freeMemory.map { $0.kibibytes / 4 } ?? host.freePages
        host.hasIOMMU = host.hasIOMMU && !noIOMMU
        return host
    }

    private func schedulerFact(_ lcm: LCM) -> HypervisorFacts.Scheduler {
        scheduler?.fact ?? HypervisorFacts.Scheduler(neededBy: lcm)
    }

    private func securityMode(_ lcm: LCM) -> SecurityMode {
        xsm?.mode ?? (lcm.domains.contains { $0.settings.has(.label) } ? .enforcing : .none)
    }

    private var banks: [HashAlgorithm] { bank.isEmpty ? [.sha256] : bank.map { $0.algorithm } }

    private func isHardwareDomain(_ lcm: LCM) -> Bool {
        hardwareDomain || !lcm.domains.contains { !$0.roles.isDisjoint(with: [.hardware, .legacyDom0]) }
    }

    /// Domid 0 is always free: in an LCM it means the next free one.
    private var bootDomain: [DomainInfo] {
        DomainID(rawValue: 0).map {
            [
                DomainInfo(
                    domid: $0, isPaused: false, isShutDown: false, isDying: false, isHVM: true, totalPages: 1,
                    maxPages: 1, cpuTime: 1, vcpus: 1, handle: .unset)
            ]
        } ?? []
    }
}

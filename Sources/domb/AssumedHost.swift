// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform
import Sequencer

/// What a plan takes for granted where no host can be asked. Everything not among the options is as the LCM wants it.
struct AssumedHost: ParsableArguments {
    @Option(help: "The boot domain's kernel command line: its domb. words may demand more than the LCM.")
    var arguments = ""
    @Option(help: "Online physical cpus. (default: as many as the affinities need)")
    var cpus: UInt32?
    @Option(help: "An active bank of the TPM; may be repeated. (default: sha256)")
    var bank: [Bank] = []
    @Flag(help: "No TPM answers.")
    var noTPM = false
    @Flag(help: "The boot domain is the hardware domain. (default: if no domain of the LCM is)")
    var hardwareDomain = false

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

    func validate() throws {
        guard bank.isEmpty || !noTPM else { throw ValidationError("--bank and --no-tpm contradict each other") }
        _ = try parsedArguments()
    }

    func parsedArguments() throws -> LaunchArguments {
        do throws(LaunchArguments.ParseFailure) {
            return try LaunchArguments(parsing: [UInt8](arguments.utf8))
        } catch {
            throw ValidationError("--arguments: '\(text(error.word))' is no domb. word with a value that it can have")
        }
    }

    func facts(for module: LaunchControlModule) -> LaunchFacts {
        let built = module.domains.map { domain in
            DomainInfo(
                domid: domain.domid, isPaused: true, isShutDown: false, isDying: false, isHVM: true,
                totalPages: (domain.memory + 3) / 4, maxPages: (domain.memory + 3) / 4, cpuTime: 0, vcpus: 1,
                handle: .unset)
        }
        // TSS2_TCTI_RC_IO_ERROR, as without a device.
        let tpm: LaunchFacts.TPM =
            noTPM ? .absent(TPMError(.getCapability, responseCode: 0xA_000A)) : .banks(banks.map { $0.rawValue })
        return LaunchFacts(
            hypervisor: HypervisorFacts(
                version: [], buildID: [], commandLine: [], callerIsHardwareDomain: isHardwareDomain(module),
                scheduler: .credit2, cpus: cpus ?? Self.neededCPUs(module), domains: bootDomain + built),
            tpm: tpm)
    }

    /// For people and for JSON, in the same words.
    func assumptions(for module: LaunchControlModule) -> [String] {
        [
            "every domain is built as the LCM says, paused, and no other but the boot domain exists",
            "the boot domain is \(isHardwareDomain(module) ? "" : "not ")the hardware domain",
            noTPM ? "no TPM answers" : "the TPM's active banks are \(banks.map { "\($0)" }.joined(separator: ", "))",
            "the scheduler is credit2, and \(cpus ?? Self.neededCPUs(module)) physical cpus are online",
        ]
    }

    private var banks: [HashAlgorithm] { bank.isEmpty ? [.sha256] : bank.map { $0.algorithm } }

    private func isHardwareDomain(_ module: LaunchControlModule) -> Bool {
        hardwareDomain || !module.domains.contains { !$0.roles.isDisjoint(with: [.hardware, .legacyDom0]) }
    }

    /// As many as the affinities name.
    static func neededCPUs(_ module: LaunchControlModule) -> UInt32 {
        let affinities = module.domains.flatMap { $0.affinities }
        return (affinities.flatMap { [$0.hard?.highest, $0.soft?.highest] }.compactMap { $0 }.max() ?? 0) + 1
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

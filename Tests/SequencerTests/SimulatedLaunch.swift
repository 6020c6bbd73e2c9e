// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import Sequencer

typealias SimulatedMachine = Machine<SimulatedHypervisor, SimulatedTPM, SwiftCryptoHash>

/// A launch on the simulation: domains as an LCM describes them, built as it says.
struct SimulatedLaunch {
    static let digest = SwiftCryptoHash.digest(.sha256, of: [1, 2, 3])

    var lcm: LCM
    var host: SimulatedHypervisor
    var tpm = SimulatedTPM(banks: [HashAlgorithm.sha1.rawValue, HashAlgorithm.sha256.rawValue])
    var arguments = LaunchArguments()

    /// Domains 1, 2 ... with these dependencies, by index.
    init(dependencies: [[Int]], handoff: HandoffKind = .shutdown) throws {
        lcm = LCM(domains: [], settings: LaunchSettings(coverage: .all, handoff: handoff))
        host = SimulatedHypervisor()
        for (index, targets) in dependencies.enumerated() {
            let domid = try #require(DomainID(rawValue: UInt16(index + 1)))
            let kernel = [UInt8](repeating: UInt8(index + 1), count: 3000)
            var description = DomainDescription(
                domid: domid, name: [UInt8]("dom\(index + 1)".utf8), memory: 8192,
                kernel: ImageReference(
                    moduleIndex: 1, segments: [Segment(address: 0x10_0000, byteCount: 3000)],
                    expectedDigest: SwiftCryptoHash.digest(.sha256, of: kernel)),
                dependencies: targets)
            description.weight = 512
            lcm.domains.append(description)
            var domain = SimulatedDomain(domid: domid, kibibytes: 8192)
            domain.memory.write(Self.startInfo(kibibytes: 8192), at: 0x1_0000)
            domain.memory.write(kernel, at: 0x10_0000)
            host.add(domain)
        }
    }

    /// No modules and no command line; a memory map of one range.
    private static func startInfo(kibibytes: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: 0x336E_C578, byteCount: 4)
        bytes.append(littleEndian: 1, byteCount: 4)
        bytes += [UInt8](repeating: 0, count: 32)
        bytes.append(littleEndian: 0x1_0038, byteCount: 8)
        bytes.append(littleEndian: 1, byteCount: 8)
        bytes.append(littleEndian: 0, byteCount: 8)
        bytes.append(littleEndian: kibibytes << 10, byteCount: 8)
        bytes.append(littleEndian: 1, byteCount: 8)
        return bytes
    }

    /// Everything as it is after a launch, in values that can be copied: the machine itself cannot.
    struct Outcome {
        var failure: LaunchFailure?
        var end: LaunchEnd?
        var plan: LaunchPlan?
        var unpaused: [DomainID]
        var host: SimulatedHypervisor
        var tpm: SimulatedTPM
        var journal: RecordingJournal
        var recorder: Recorder<SwiftCryptoHash>?
    }

    /// Facts and plan, and the launch itself unless only the plan is asked for, as PID 1 does them; a failure of the
    /// launch is recorded as PID 1 records it. `handingOver`: with the shutdown at its end.
    func run(
        planOnly: Bool = false, handingOver: Bool = false, otherProcesses: [UInt32] = [],
        inheritedDescriptors: [UInt32] = []
    ) -> Outcome {
        var host = host
        host.journal = RecordingJournal()
        var machine = SimulatedMachine(
            host: host, tpm: tpm, hashing: SwiftCryptoHash.self, arguments: arguments)
        var failure: LaunchFailure?
        var end: LaunchEnd?
        do throws(LaunchFailure) {
            let received = ReceivedLCM(lcm: lcm, byteCount: 3, digest: Self.digest)
            let surroundings = Surroundings(
                buildID: [9], otherProcesses: otherProcesses, hasXenstored: lcm.settings.xenstored != nil,
                inheritedDescriptors: inheritedDescriptors)
            if planOnly {
                machine.plan = try machine.makePlan(received, in: surroundings)
            } else {
                end = try machine.launch(received, in: surroundings)
            }
            if handingOver { try Self.handOff(&machine) }
        } catch {
            failure = error
            if !planOnly { machine.recordFailure(error) }
        }
        return Outcome(
            failure: failure, end: end, plan: machine.plan, unpaused: machine.unpaused, host: machine.host,
            tpm: machine.tpm,
            journal: machine.host.journal, recorder: machine.recorder)
    }

    private static func handOff(_ machine: inout SimulatedMachine) throws(LaunchFailure) {
        machine.announceHandoff(.shutdown)
        if let failure = machine.shutDown() { throw failure }
    }
}

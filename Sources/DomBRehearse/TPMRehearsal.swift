// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import LaunchControl
import Measurement
import Platform
import Sequencer
import SimulatedPlatform

/// Small domains, and a launch of them as PID 1 does it.
struct TPMRehearsal {
    private static let kernelAddress: UInt64 = 0x10_0000
    private static let kernelSize = 64 << 10
    private static let largestKernel = 2 << 20
    private static let kibibytes: UInt64 = 8192
    private static let startInfo: UInt64 = 0x40_0000

    /// How many there can be.
    static let domains: ClosedRange<UInt16> = 1...(DomainID.firstReserved - 1)

    struct Outcome {
        var failure: LaunchFailure?
        var unpaused: [DomainID]
        var journal: RecordingJournal
    }

    private var lcm: LCM
    private let arguments: LaunchArguments
    private var host = SimulatedHypervisor()
    let hashing: NativeHashing

    /// `threads`: how many hash images; without a word of it as many as PID 1 would take. `seed`: for images of different sizes, from one
    /// byte to 2 MiB; without one each has 64 KiB.
    init(
        domains: UInt16, settings: LaunchSettings, _ arguments: LaunchArguments = LaunchArguments(),
        threads: UInt32? = nil, seed: UInt64? = nil
    ) {
        lcm = LCM(domains: [], settings: settings)
        self.arguments = arguments
        let pages = MappedPages()
        hashing = NativeHashing(pages, threads: threads)
        host.contentHashing = hashing
        var generator = SeededGenerator(seed: seed ?? 0)
        for number in 1...domains {
            guard let domid = DomainID(rawValue: number) else { break }
            let size = seed == nil ? Self.kernelSize : Int.random(in: 1...Self.largestKernel, using: &generator)
            let kernel = [UInt8](repeating: UInt8(truncatingIfNeeded: domid.rawValue) | 1, count: size)
            pages.add(domid, firstPage: Self.kernelAddress / 4096, kernel)
            lcm.domains.append(
                DomainDescription(
                    domid: domid, name: Array("domain\(number)".utf8), memory: Self.kibibytes,
                    kernel: ImageReference(
                        moduleIndex: 1,
                        segments: [Segment(address: Self.kernelAddress, byteCount: UInt64(size))])))
            host.add(Self.built(domid, kernel))
        }
    }

    private static func built(_ domid: DomainID, _ kernel: [UInt8]) -> SimulatedDomain {
        var domain = SimulatedDomain(domid: domid, kibibytes: kibibytes)
        domain.memory.write(kernel, at: kernelAddress)
        // hvm_start_info without modules or command line, and a memory map of one range behind it.
        var info: [UInt8] = []
        for (value, count) in [
            (0x336E_C578, 4), (1, 4), (0, 32), (startInfo + 56, 8), (1, 8), (0, 8), (kibibytes << 10, 8), (1, 8),
        ] as [(UInt64, Int)] {
            info.append(littleEndian: value, byteCount: min(count, 8))
            info += [UInt8](repeating: 0, count: max(0, count - 8))
        }
        domain.memory.write(info, at: startInfo)
        domain.state = VCPUState(
            instructionPointer: kernelAddress, startInfo: startInfo,
            registers: [UInt8](repeating: 0, count: VCPUState.byteCount))
        return domain
    }

    /// Once: the domains run then.
    mutating func run<TPM: TPMDevice & ~Copyable>(
        tpm: consuming TPM, journal: RecordingJournal
    ) -> Outcome {
        var built = host
        built.journal = journal
        // Given away, or the first hypercall would copy all domains.
        host = SimulatedHypervisor()
        var machine = Machine(
            host: built, tpm: tpm, hashing: LibcryptoHash.self, arguments: arguments)
        var failure: LaunchFailure?
        do throws(LaunchFailure) {
            try launch(on: &machine)
        } catch {
            failure = error
            machine.recordFailure(error)
        }
        return Outcome(failure: failure, unpaused: machine.unpaused, journal: machine.host.journal)
    }

    private func launch<TPM: TPMDevice & ~Copyable>(
        on machine: inout Machine<SimulatedHypervisor, TPM, LibcryptoHash>
    ) throws(LaunchFailure) {
        let digest = LibcryptoHash.digest(.sha256, of: [])
        let surroundings = Surroundings(hasXenstored: lcm.settings.xenstored != nil)
        try machine.launch(ReceivedLCM(lcm: lcm, byteCount: 0, digest: digest), in: surroundings)
    }
}

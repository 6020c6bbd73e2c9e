// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// Domains of 64 KiB with a kernel of a few bytes, and everything that may go wrong with a launch of them.
struct SmallLaunch {
    private static let kibibytes: UInt64 = 64
    private static let kernel: UInt64 = 0x4000
    private static let startInfo: UInt64 = 0x8000
    private static let xenstoreFrame: UInt64 = 9
    private static let logRegion = Segment(address: 0xA000, byteCount: 0x6000)
    static let digest = SwiftCryptoHash.digest(.sha256, of: [1, 2, 3])

    var lcm: LCM
    var host = SimulatedHypervisor()
    var tpm = SimulatedTPM(banks: [HashAlgorithm.sha256.rawValue])
    var arguments = LaunchArguments()

    /// Domains 1, 2 ... with these dependencies, by index.
    init(_ dependencies: [[Int]]) {
        lcm = LCM(domains: [], settings: LaunchSettings(handoff: .shutdown))
        for (index, targets) in dependencies.enumerated() { add(index, targets) }
    }

    mutating func add(_ index: Int, _ targets: [Int], roles: DomainRoles = []) {
        guard let domid = DomainID(rawValue: UInt16(index + 1)) else { return }
        var description = DomainDescription(
            domid: domid, name: Array("d\(index + 1)".utf8), roles: roles, memory: Self.kibibytes,
            kernel: ImageReference(moduleIndex: 1, segments: [Segment(address: Self.kernel, byteCount: 64)]),
            dependencies: targets)
        description.settings.set(.weight, [.weight(512)])
        lcm.domains.append(description)
        var domain = SimulatedDomain(domid: domid, kibibytes: Self.kibibytes)
        domain.memory.write([UInt8](repeating: UInt8(truncatingIfNeeded: index) | 1, count: 64), at: Self.kernel)
        domain.memory.write(Self.startInfoBytes, at: Self.startInfo)
        domain.state = VCPUState(
            instructionPointer: Self.kernel, startInfo: Self.startInfo,
            registers: [UInt8](repeating: 0, count: VCPUState.byteCount))
        host.add(domain)
    }

    /// As a PV domain, by one of two lists of machine frames.
    mutating func makePV(_ index: Int, list: Int) {
        guard list < Self.pvDomains.count, let domid = DomainID(rawValue: UInt16(index + 1)) else { return }
        lcm.domains[index].mode = .pv
        lcm.domains[index].memory = Self.pvKibibytes
        lcm.domains[index].kernel.segments = [Segment(address: Self.pvKernel, byteCount: 64)]
        var domain = Self.pvDomains[list]
        domain.info.domid = domid
        domain.behaviour = host.domainsByID[domid.rawValue]?.behaviour ?? DomainBehaviour()
        host.add(domain)
    }

    /// The least that libxenguest maps of a PV domain is 4 MiB.
    private static let pvKibibytes: UInt64 = 4100
    private static let pvKernel: UInt64 = 0x1_0000
    /// Of the same domain, with other machine frames.
    private static let pvDomains: [SimulatedDomain] = {
        guard let domid = DomainID(rawValue: 1) else { return [] }
        let place = Segment(address: pvKernel, byteCount: 64)
        let kernel = KernelImage(
            parts: [KernelImage.Part(place: place, content: [UInt8](repeating: 1, count: 64)[...])],
            range: pvKernel..<(pvKernel + 64), entry: nil, pv: KernelImage.PV(base: 0, entry: pvKernel))
        let domain = DomainDescription(
            domid: domid, name: [], mode: .pv, memory: pvKibibytes,
            kernel: ImageReference(moduleIndex: 1, segments: [place]))
        var memory = MachineFrames()
        return (0..<2).compactMap { _ in
            try? PVBuilder(domain, kernel: kernel).build(ramdisk: nil, from: &memory, cpus: 1)
        }
    }()

    /// With the log in its memory.
    mutating func giveLog(to index: Int) { lcm.domains[index].logRegion = Self.logRegion }

    /// Whether the domain has a ring to xenstore.
    func isEnhanced(_ index: Int) -> Bool { lcm.domains[index].settings.usesXenstore }

    /// With a xenstored in the boot domain, which therefore stays, and these domains known to it.
    mutating func addXenstore(_ indices: [Int]) {
        lcm.settings.xenstored = Self.digest
        lcm.settings.handoff = .park
        for index in indices {
            lcm.domains[index].settings.set(.enhanced, [.enhanced])
            host.domainsByID[UInt16(index + 1)]?.parameters[.xenstoreFrame] = Self.xenstoreFrame
        }
    }

    /// hvm_start_info without modules or command line, and a memory map of one range behind it.
    private static let startInfoBytes: [UInt8] = {
        var info: [UInt8] = []
        for (value, count) in [
            (0x336E_C578, 4), (1, 4), (0, 8), (0, 8), (0, 8), (0, 8), (startInfo + 56, 8), (1, 8), (0, 8),
            (kibibytes << 10, 8), (1, 8),
        ] as [(UInt64, Int)] {
            info.append(littleEndian: value, byteCount: count)
        }
        return info
    }()

    func run() -> LaunchRun {
        LaunchRun(
            ReceivedLCM(lcm: lcm, byteCount: 3, digest: Self.digest), in: Surroundings(buildID: [9]),
            arguments: arguments, host: host, tpm: tpm, tick: 1)
    }
}

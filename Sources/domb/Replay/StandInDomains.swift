// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction
import SimulatedPlatform

/// Domains built as the LCM says, of images that nobody has here: something of the right size lies where they would.
enum StandInDomains {
    private static let pageSize: UInt64 = 4096

    /// What the images are expected to be is not compared.
    static func lcm(_ lcm: LCM) -> LCM {
        var lcm = lcm
        for index in lcm.domains.indices {
            lcm.domains[index].kernel.expectedDigest = nil
            lcm.domains[index].ramdisk?.expectedDigest = nil
            for other in lcm.domains[index].otherModules.indices {
                lcm.domains[index].otherModules[other].image.expectedDigest = nil
            }
        }
        return lcm
    }

    static func build(_ lcm: LCM, cpus: UInt32) throws(CommandFailure) -> [SimulatedDomain] {
        var built: [SimulatedDomain] = []
        built.reserveCapacity(lcm.domains.count)
        var machineFrames = MachineFrames()
        for domain in lcm.domains { built.append(try build(domain, &machineFrames, cpus: cpus)) }
        return built
    }

    private static func build(
        _ domain: DomainDescription, _ machineFrames: inout MachineFrames, cpus: UInt32
    ) throws(CommandFailure) -> SimulatedDomain {
        let parts = domain.kernel.segments.map { KernelImage.Part(place: $0, content: [UInt8(1)][...]) }
        let first = domain.kernel.segments.first?.address ?? 0
        let end = domain.kernel.segments.last.map { $0.address + $0.byteCount } ?? 0
        let range = (first / pageSize * pageSize)..<end
        let modules = domain.loadedModules.map {
            [UInt8](repeating: 1, count: Int(clamping: min($0.byteCount ?? pageSize, 1 << 30)))
        }
        let kernel = KernelImage(
            parts: parts, range: range, entry: UInt32(truncatingIfNeeded: first),
            pv: KernelImage.PV(base: 0, entry: first))
        do throws(BuildRefusal) {
            if domain.mode == .pv {
                return try PVBuilder(domain, kernel: kernel)
                    .build(ramdisk: modules.first, from: &machineFrames, cpus: cpus)
            }
            var builder = SimulatedBuilder(domain, kernel: kernel, modules: modules)
            return try builder.build(cpus: cpus)
        } catch {
            throw .refusal("domain \(domain.domid.rawValue) (\(text(domain.name))) cannot be built: \(error.text)")
        }
    }
}

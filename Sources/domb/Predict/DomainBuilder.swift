// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// Builds the domains of an LCM from files. A kernel that several share is read once.
struct DomainBuilder {
    private let lcm: LaunchControlFile
    private let modules: BootModuleFiles
    private let cpus: UInt32
    private var kernels: [UInt32: KernelImage] = [:]
    private var ramdisks: [UInt32: [UInt8]] = [:]

    init(lcm: LaunchControlFile, modules: BootModuleFiles, cpus: UInt32) {
        self.lcm = lcm
        self.modules = modules
        self.cpus = cpus
    }

    mutating func buildAll() throws(CommandFailure) -> [SimulatedDomain] {
        var built: [SimulatedDomain] = []
        for domain in lcm.module.domains { built.append(try build(domain)) }
        return built
    }

    private mutating func build(_ domain: DomainDescription) throws(CommandFailure) -> SimulatedDomain {
        let kernel = try kernel(domain)
        let ramdisk = try ramdisk(domain)
        do throws(BuildRefusal) {
            var builder = try SimulatedBuilder(domain, kernel: kernel, ramdisk: ramdisk)
            return try builder.build(cpus: cpus)
        } catch {
            throw .refusal("\(lcm.path): refused by the builder: \(Self.name(domain)): \(error.text)")
        }
    }

    private mutating func kernel(_ domain: DomainDescription) throws(CommandFailure) -> KernelImage {
        let index = try index(domain, domain.kernel, .kernel)
        if let known = kernels[index] { return known }
        let path = try modules.path(of: index, for: "the kernel of \(Self.name(domain))")
        let kernel = try KernelImage(try KernelFile(reading: path), path)
        kernels[index] = kernel
        return kernel
    }

    private mutating func ramdisk(_ domain: DomainDescription) throws(CommandFailure) -> [UInt8]? {
        guard let image = domain.ramdisk else { return nil }
        let index = try index(domain, image, .ramdisk)
        if let known = ramdisks[index] { return known }
        let path = try modules.path(of: index, for: "the ramdisk of \(Self.name(domain))")
        let ramdisk = try HostFile.read(path, limit: 2 << 30)
        ramdisks[index] = ramdisk
        return ramdisk
    }

    private func index(
        _ domain: DomainDescription, _ image: ImageReference, _ role: RegionRole
    ) throws(CommandFailure) -> UInt32 {
        guard let index = image.moduleIndex else {
            throw .refusal(
                "\(lcm.path): refused by the builder: \(Self.name(domain)): its \(role.name) has no module-index: "
                    + "there is no boot module to take it from")
        }
        return index
    }

    private static func name(_ domain: DomainDescription) -> String {
        "domain \(domain.domid.rawValue) (\(text(domain.name)))"
    }

    /// Why the launch fails, for people: with names, and the file where one is at fault.
    func explanation(of failure: LaunchFailure) -> String {
        let domain = lcm.module.domains.first { $0.domid == failure.domid }
        switch failure.cause {
        case .refusal(let refusal): return "\(lcm.path): refused: \(refusal.line(in: lcm.module))"
        case .measurement(.digestMismatch(let role, let expected, let actual)):
            guard let domain else { break }
            let image = role == .kernel ? domain.kernel : domain.ramdisk
            let source = image?.moduleIndex.map { "boot module \($0)" } ?? "an image"
            return "\(lcm.path): \(Self.name(domain)): its \(role.name), \(source), has SHA-256 "
                + "\(hexadecimal(actual.bytes)), and the LCM says \(hexadecimal(expected.bytes))"
        default: break
        }
        return "\(lcm.path): the launch would fail: \(text(failure.message.bytes))"
    }
}

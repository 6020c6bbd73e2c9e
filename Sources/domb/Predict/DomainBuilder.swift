// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Measurement
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// Builds the domains of an LCM from files. A kernel that several share is read once.
struct DomainBuilder {
    /// Whose habits are modelled.
    enum Model: Equatable {
        /// domb-construct with libxenguest of these releases.
        case construct(XenReleases)
        /// The hypervisor of the preview of 2024, on a host with these ACPI tables.
        case preview(HostTables)
    }

    private let file: LaunchControlFile
    private let modules: ModuleFiles
    private let feasibility: Feasibility
    private let cpus: UInt32
    private let model: Model
    private var kernels: [UInt32: KernelImage] = [:]
    private var loaded: [UInt32: [UInt8]] = [:]
    private var machineFrames = MachineFrames()

    init(
        _ file: LaunchControlFile, modules: ModuleFiles, model: Model, xenCommandLine: [UInt8], cpus: UInt32
    ) {
        self.file = file
        feasibility = Feasibility(xenCommandLine: xenCommandLine)
        self.modules = modules
        self.cpus = cpus
        self.model = model
    }

    mutating func buildAll() throws(CommandFailure) -> [SimulatedDomain] {
        var refusals: [Refusal] = []
        if case .construct = model { refusals = feasibility.refusals(of: file.lcm.domains) { _, _ in nil } }
        guard refusals.isEmpty else {
            throw .refusal(refusals) { "\(file.path): refused by domb-construct: \(text($0.line.bytes))" }
        }
        var built: [SimulatedDomain] = []
        for domain in file.lcm.domains { built.append(try build(domain)) }
        return built
    }

    private mutating func build(_ domain: DomainDescription) throws(CommandFailure) -> SimulatedDomain {
        let kernel = try kernel(domain)
        var modules: [[UInt8]] = []
        for image in domain.loadedModules { modules.append(try module(domain, image)) }
        var builder = "libxenguest"
        do throws(BuildRefusal) {
            switch model {
            case .construct(let xen) where domain.mode == .pv:
                return try PVBuilder(domain, kernel: kernel, xen: xen)
                    .build(ramdisk: modules.first, from: &machineFrames, cpus: cpus)
            case .construct(let xen):
                var builder = SimulatedBuilder(domain, kernel: kernel, modules: modules, xen: xen)
                return try builder.build(cpus: cpus)
            case .preview(let tables):
                guard domain.mode == .pvh else { throw BuildRefusal.unmodelledMode }
                builder = "the model of xen-2024"
                return try HypervisorBuilder(domain, kernel: kernel, modules: modules, tables: tables).build(cpus: cpus)
            }
        } catch {
            throw .refusal("\(file.path): refused by \(builder): \(Self.name(domain)): \(error.text)")
        }
    }

    private mutating func kernel(_ domain: DomainDescription) throws(CommandFailure) -> KernelImage {
        let index = try index(domain.kernel)
        if let known = kernels[index] { return known }
        let path = try modules.path(of: index, for: "the kernel of \(Self.name(domain))")
        let kernel = try KernelImage(try KernelFile(reading: path), path)
        kernels[index] = kernel
        return kernel
    }

    private mutating func module(
        _ domain: DomainDescription, _ image: ImageReference
    ) throws(CommandFailure) -> [UInt8] {
        let index = try index(image)
        if let known = loaded[index] { return known }
        let path = try modules.path(of: index, for: "a module of \(Self.name(domain))")
        let content = try HostFile.read(path, limit: 2 << 30)
        loaded[index] = content
        return content
    }

    private func index(_ image: ImageReference) throws(CommandFailure) -> UInt32 {
        guard let index = image.moduleIndex else { throw .internalError("an image without module-index") }
        return index
    }

    private static func name(_ domain: DomainDescription) -> String {
        "domain \(domain.domid.rawValue) (\(text(domain.name)))"
    }

    /// Why the launch fails, for people: with names, and the file where one is at fault.
    func explanation(of failure: LaunchFailure) -> String {
        let domain = file.lcm.domains.first { $0.domid == failure.domid }
        switch failure.cause {
        case .refusal(let refusal): return "\(file.path): refused: \(refusal.line(in: file.lcm))"
        case .measurement(.digestMismatch(let role, let expected, let actual)):
            guard let domain else { break }
            let image = Self.images(role, of: domain).first { $0.expectedDigest == expected }
            let source = image?.moduleIndex.map { "boot module \($0)" } ?? "an image"
            return "\(file.path): \(Self.name(domain)): its \(role.name), \(source), has SHA-256 "
                + "\(hexadecimal(actual.bytes)), and the LCM says \(hexadecimal(expected.bytes))"
        default: break
        }
        return "\(file.path): the launch would fail: \(text(failure.message.bytes))"
    }

    private static func images(_ role: RegionRole, of domain: DomainDescription) -> [ImageReference] {
        role == .kernel ? [domain.kernel] : domain.loadedModules
    }
}

// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform
import Prediction

/// What stands against a described launch besides its plan: its images, and what its builder cannot do. By the code that
/// predicts: what it does not refuse, `domb replay` and `domb predict` do not refuse either.
struct LaunchCheck {
    private let description: LaunchDescription
    private let modules: LaunchDescription.Modules
    private let domains: [DomainDescription]

    /// `domains` are those of the LCM that the description is compiled to.
    init(_ description: LaunchDescription, _ modules: LaunchDescription.Modules, _ domains: [DomainDescription]) {
        self.description = description
        self.modules = modules
        self.domains = domains
    }

    func refusals(_ images: inout ImageFolder) throws(CommandFailure) -> [CheckRefusal] {
        var refusals: [CheckRefusal] = []
        for (index, domain) in domains.enumerated() where domain.mode == .pvh {
            guard let path = modules.paths[modules.kernels[index]] else { continue }
            switch try images.kernel(path).kernel {
            case .failure(let failure)?: refusals.append(CheckRefusal(code: "image", domain, failure.message))
            case .success(let kernel)?: refusals += buildRefusals(domain, kernel)
            case nil: break
            }
        }
        return roleRefusals + refusals
    }

    private var roleRefusals: [CheckRefusal] {
        guard description.builder == .construct else { return [] }
        let feasibility = Feasibility(xenCommandLine: Array(description.xen.options.utf8))
        return feasibility.refusals(of: domains) { _, _ in nil }.map { CheckRefusal($0) }
    }

    private func buildRefusals(_ domain: DomainDescription, _ kernel: KernelImage) -> [CheckRefusal] {
        guard description.builder == .construct else { return [] }
        // What has no size was given by its index alone.
        let sizes = domain.loadedModules.map { $0.byteCount ?? 1 }
        return SimulatedBuilder.refusal(of: domain, kernel: kernel, moduleSizes: sizes).map {
            [CheckRefusal(code: "builder", domain, "refused by libxenguest: \($0.text)")]
        } ?? []
    }

    /// What no rule forbids, and what most launches cannot do without.
    func note() {
        guard description.builder == .construct, !description.xen.options.isEmpty else { return }
        let words = description.xen.options.split(separator: " ")
        for (word, what) in [
            ("dom0=", "Xen 4.20 starts the boot domain as PVH only where it says dom0=pvh"),
            ("console=", "nobody sees what Xen says"),
        ] where !words.contains(where: { $0.hasPrefix(word) }) {
            Diagnostics.write("domb: \(description.file): note: xen.options has no \(word): \(what)")
        }
    }
}

extension [CheckRefusal] {
    /// One line for each thing: a domain that the plan refuses needs no second word from its builder.
    func withoutRepeats(of first: [CheckRefusal]) -> [CheckRefusal] {
        first + filter { refusal in !first.contains { $0.domid != nil && $0.domid == refusal.domid } }
    }
}

/// A description with all that was made of it.
struct CheckedLaunch {
    let description: LaunchDescription
    let modules: LaunchDescription.Modules
    var images: ImageFolder
    let content: [UInt8]
    let file: LaunchControlFile

    init(_ description: LaunchDescription, images root: String?) throws(CommandFailure) {
        self.description = description
        modules = try description.modules()
        images = ImageFolder(root: root, besides: description.file)
        content = try description.launch(modules, &images).written(as: .dtb, from: description.file)
        file = try LaunchControlFile(description.file, content)
    }

    /// Everything that stands in the way, on that host.
    mutating func refusals(_ host: AssumedHost) throws -> [CheckRefusal] {
        let plan = file.planRefusals(
            host.facts(for: file.module), try host.parsedArguments(for: file.module))
        let check = LaunchCheck(description, modules, file.module.domains)
        let refusals = try check.refusals(&images).withoutRepeats(of: plan)
        if refusals.isEmpty { check.note() }
        return refusals
    }
}

// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform
import Prediction
import Sequencer

/// What stands against a described launch besides its plan: its images, and what its builder cannot do. By the code that
/// predicts: what it does not refuse, `domb replay` and `domb predict` do not refuse either.
struct LaunchCheck {
    private let description: LaunchDescription
    private let modules: LaunchDescription.Modules
    private let lcm: LCM
    private let places: DescriptionPlaces

    private var domains: [DomainDescription] { lcm.domains }

    /// `module` is the LCM that the description is compiled to.
    init(_ description: LaunchDescription, _ modules: LaunchDescription.Modules, _ lcm: LCM) {
        self.description = description
        self.modules = modules
        self.lcm = lcm
        places = DescriptionPlaces(description: description, lcm: lcm)
    }

    func refusals(_ images: inout ImageFolder) throws(CommandFailure) -> [CheckRefusal] {
        var refusals: [CheckRefusal] = []
        for (index, domain) in domains.enumerated() where domain.mode != .hvm {
            guard let path = modules.paths[modules.kernels[index]] else { continue }
            let content = try images.kernel(path)
            if let problem = content.problem(in: domain.mode, path) {
                refusals.append(places.refusal("image", ["kernel"], domain.domid, problem.message))
            } else if case .success(let kernel)? = content.kernel {
                refusals += buildRefusals(domain, kernel)
            }
        }
        return EmptyDigest.all(in: lcm).map { $0.refusal(at: places) } + roleRefusals + channelRefusals + refusals
    }

    private var roleRefusals: [CheckRefusal] {
        guard description.builder == .construct else { return [] }
        let feasibility = Feasibility(xenCommandLine: Array(description.xen.options.utf8))
        return feasibility.refusals(of: domains) { _, _ in nil }.map { places.refusal($0) }
    }

    private func buildRefusals(_ domain: DomainDescription, _ kernel: KernelImage) -> [CheckRefusal] {
        guard description.builder == .construct else { return [] }
        // What has no size was given by its index alone.
        let sizes = domain.loadedModules.map { $0.byteCount ?? 1 }
        do throws(BuildRefusal) {
            if domain.mode == .pv {
                try PVBuilder(domain, kernel: kernel).check(ramdiskSize: sizes.first)
                return []
            }
            let layout = try SimulatedBuilder.layout(of: domain, kernel: kernel, moduleSizes: sizes)
            return logRegionRefusals(domain, layout)
        } catch {
            return [places.refusal("builder", error.keys, domain.domid, "refused by libxenguest: \(error.text)")]
        }
    }

    /// The log lies in the domain's memory, and over nothing that libxenguest puts there. Its kernel is the plan's matter.
    private func logRegionRefusals(_ domain: DomainDescription, _ layout: SimulatedBuilder.Layout) -> [CheckRefusal] {
        guard let region = domain.logRegion else { return [] }
        func refusal(_ words: String) -> [CheckRefusal] {
            [places.refusal("logRegion", ["log_region"], domain.domid, words)]
        }
        guard layout.ram.contains(where: { $0.contains(region) }) else { return refusal("lies outside of its memory") }
        for (index, lcm) in layout.modules.enumerated() where lcm.overlaps(region) {
            return refusal(
                "lies over its \(index == 0 && domain.ramdisk != nil ? "ramdisk" : "modules"), \(words(lcm))")
        }
        return layout.startInfo.overlaps(region) ? refusal("lies over its start info, \(words(layout.startInfo))") : []
    }

    private func words(_ place: Segment) -> String { "\(hexadecimal(place.address))+\(hexadecimal(place.byteCount))" }

    /// Xen gives the lowest port that is free: of a domain that domb-construct builds the first is 1 (docs/lcm.md, event
    /// channels).
    private var channelRefusals: [CheckRefusal] {
        guard description.builder == .construct else { return [] }
        var refusals: [CheckRefusal] = []
        for domain in domains {
            var next: UInt32 = 1
            if domain.settings.usesXenstore { next += 1 }
            if domain.settings.has(.console) { next += 1 }
            for case .eventChannel(let channel) in domain.settings {
                if channel.port != next {
                    refusals.append(
                        places.refusal(
                            "eventChannel", ["event_channels"], domain.domid,
                            "port \(channel.port), and Xen gives port \(next), the lowest that is free: enhanced and "
                                + "console take one each"))
                }
                next += 1
            }
        }
        return refusals
    }

    /// What no rule forbids, and what most launches cannot do without.
    var notes: [CheckNote] {
        // Without either nobody has said anything of a menu entry.
        guard description.builder == .construct, description.boot != nil || !description.xen.options.isEmpty else {
            return []
        }
        let words = description.xen.options.split(separator: " ")
        return [
            ("dom0=", "Xen 4.20 starts the boot domain as PVH only where it says dom0=pvh"),
            ("console=", "nobody sees what Xen says"),
        ].filter { word, _ in !words.contains { $0.hasPrefix(word) } }.map {
            CheckNote(.options, "xen.options has no \($0): \($1)")
        }
    }
}

extension [CheckRefusal] {
    /// One line for each thing: a value that the plan refuses needs no second word from the builder.
    func withoutRepeats(of first: [CheckRefusal]) -> [CheckRefusal] {
        first + filter { refusal in !first.contains { $0.line == refusal.line && $0.key == refusal.key } }
    }
}

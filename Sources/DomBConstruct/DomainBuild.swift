// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform

/// What is built for one domain, derived from its description.
struct DomainBuild {
    let domid: DomainID
    let name: [UInt8]
    let handle: DomainHandle
    let isHardware: Bool
    /// PV; otherwise PVH.
    let isPV: Bool
    /// As the LCM has them; for some of them it has to be created.
    let settings: [Setting]
    let vcpus: UInt32
    /// RAM in KiB.
    let memory: UInt64
    let acpi: GuestACPI
    /// C strings: they end in zero.
    let commandLine: [CChar]
    let kernel: [CChar]
    /// In the start info's order.
    let modules: [[CChar]]

    /// `nil` where an image has no module index; `Feasibility` has refused that already.
    init?(_ domain: DomainDescription) {
        guard let kernelIndex = domain.kernel.moduleIndex else { return nil }
        var modules: [[CChar]] = []
        for image in domain.loadedModules {
            guard let index = image.moduleIndex else { return nil }
            modules.append(Self.terminated(ImageFile(moduleIndex: index).path))
        }
        self.modules = modules
        domid = domain.domid
        name = domain.name
        handle = domain.handle ?? .unset
        isHardware = domain.roles.contains(.hardware)
        isPV = domain.mode == .pv
        settings = domain.settings
        vcpus = domain.vcpus
        memory = domain.memory
        acpi = GuestACPI(vcpus: domain.vcpus)
        commandLine = Self.terminated(domain.commandLine)
        kernel = Self.terminated(ImageFile(moduleIndex: kernelIndex).path)
    }

    /// LCM order, but the hardware domain last: creating it takes the hardware role from the boot domain.
    static func order(_ domains: [DomainDescription]) -> [DomainDescription] {
        domains.filter { !$0.roles.contains(.hardware) } + domains.filter { $0.roles.contains(.hardware) }
    }

    private static func terminated(_ bytes: [UInt8]) -> [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }
}

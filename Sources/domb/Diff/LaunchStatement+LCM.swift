// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import LogReading
import Measurement
import Platform

extension LaunchStatement {
    /// What an LCM says. What it leaves open is something that it says beside another LCM, and nothing beside a log: there
    /// it is found out.
    init(_ lcm: LCM, compiled: Module?, besideLog: Bool) {
        self.init()
        if lcm.settings.pcr != nil || !besideLog { pcr = .said(lcm.settings.pcr) }
        if let compiled { self.lcm = .said(compiled) }
        settings = Settings(
            tpmPolicy: lcm.settings.tpmPolicy, coverage: lcm.settings.coverage, handoff: lcm.settings.handoff,
            handoffTarget: lcm.settings.handoffTarget ?? [])
        domains = lcm.domains.map { domain in
            DomainStatement(domain, of: lcm, besideLog: besideLog)
        }
    }
}

extension DomainStatement {
    fileprivate init(_ domain: DomainDescription, of lcm: LCM, besideLog: Bool) {
        var images: [(RegionRole, ImageReference)] = [(.kernel, domain.kernel)]
        if let ramdisk = domain.ramdisk { images.append((.ramdisk, ramdisk)) }
        for module in domain.otherModules {
            switch module.kind {
            case .deviceTree: images.append((.deviceTree, module.image))
            case .config: images.append((.config, module.image))
            // The hypervisor's own: no launch has them.
            case .microcode, .securityPolicy: break
            }
        }
        self.init(
            label: DomainLabel(domid: domain.domid.rawValue, name: domain.name), handle: domain.handle ?? .unset,
            roles: domain.roles, mode: .said(domain.mode), coverage: .said(lcm.settings.coverage), vcpus: domain.vcpus,
            commandLine: domain.commandLine,
            regions: images.map { role, image in Region(role, image, besideLog: besideLog) }, namesEveryRegion: false,
            mutableRegions: domain.logRegion.map { [MutableRegion(role: .log, place: $0)] } ?? [],
            configuration: Configuration(
                memory: domain.memory, dependencies: domain.dependencies.sorted().map { lcm.domains[$0].domid },
                items: domain.items(in: lcm)))
    }
}

extension DomainStatement.Region {
    fileprivate init(_ role: RegionRole, _ image: ImageReference, besideLog: Bool) {
        let total = image.segments.isEmpty ? image.byteCount : MeasuredRegion.byteCount(of: image.segments)
        self.init(role: role, source: .said(image.sourceWords))
        if !image.segments.isEmpty || !besideLog { segments = .said(image.segments) }
        if total != nil || !besideLog { byteCount = .said(total) }
        if image.expectedDigest != nil || !besideLog { digest = .said(image.expectedDigest) }
    }
}

extension ImageReference {
    fileprivate var sourceWords: String {
        if let moduleIndex { return "module \(moduleIndex)" }
        if let bootAddress {
            return "\(bootAddress.byteCount) bytes at \(hexadecimal(bootAddress.address)) of the host"
        }
        return uefiBinary.map { "file \(text($0))" } ?? "not named"
    }
}

extension DomainDescription {
    /// What a launch applies, in its order (`ConfigPlan`): the log's configuration record has the same list.
    fileprivate func items(in lcm: LCM) -> [ConfigurationItem] {
        // On today's Xen the boot domain is domain 0; whose scheduler the pool has is the host's to say.
        guard let bootDomain = DomainID(rawValue: 0) else { return [] }
        let place = CPUPoolPlace.moving(to: cpupool.flatMap { lcm.settings.cpupool(named: $0) })
        let operations = ConfigPlan.operations(self, .credit2, place, Peers(lcm, bootDomain: bootDomain))
        return operations.flatMap { $0.items } + conduct.items
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What the LCM alone tells: no builder can build it, or no two domains can have it. What one builder cannot do is
/// BuilderModel's.
extension LCM {
    /// All of it, the domains in LCM order, then what two of them share.
    public var impossibilities: [PlanRefusal] {
        domains.flatMap { $0.impossibilities } + sharedHandles + sharedDisks + sharedAddresses
    }

    private var sharedHandles: [PlanRefusal] {
        var handles: [(handle: [UInt8], index: Int)] = []
        for (index, domain) in domains.enumerated() {
            if let handle = domain.handle { handles.append((handle.bytes, index)) }
        }
        let sorted = handles.inOrder { $0.handle.lexicographicallyPrecedes($1.handle) }
        return sorted.neighbours { $0.handle == $1.handle }.map {
            PlanRefusal(
                .sameHandle, domid: domains[$1.index].domid,
                "its domain-uuid is that of domain \(escaped: domains[$0.index].name), too")
        }
    }

    /// As the block scripts of Xen's tools have it: who writes is alone, unless all who write say that they are not. One
    /// disk may be named by its path, and by its device's number.
    private var sharedDisks: [PlanRefusal] {
        var targets: [DiskClaim] = []
        var devices: [DiskClaim] = []
        for (index, domain) in domains.enumerated() {
            for case .disk(let disk) in domain.settings {
                let server = disk.backend.name + [0]
                targets.append(DiskClaim(key: server + disk.canonicalTarget, index: index, disk: disk))
                guard let device = disk.canonicalDevice else { continue }
                devices.append(DiskClaim(key: server + device, index: index, disk: disk))
            }
        }
        // What the paths tell is told once.
        return sharedDisks(targets) { _, _ in true }
            + sharedDisks(devices) { $0.disk.canonicalTarget != $1.disk.canonicalTarget }
    }

    private func sharedDisks(
        _ claims: [DiskClaim], where isNew: (DiskClaim, DiskClaim) -> Bool
    ) -> [PlanRefusal] {
        claims.inOrder { $0.key.lexicographicallyPrecedes($1.key) }.neighbours {
            $0.key == $1.key && !($0.disk.mayBeShared && $1.disk.mayBeShared) && isNew($0, $1)
        }.map {
            PlanRefusal(
                .sharedDisk, domid: domains[$1.index].domid,
                """
                disk \(escaped: $1.disk.target) is one of domain \(escaped: domains[$0.index].name), too, and one of them \
                writes it (access=w! for both, if that is meant)
                """)
        }
    }

    /// One address twice in one network: the same server, and the same bridge there.
    private var sharedAddresses: [PlanRefusal] {
        var found: [(key: [UInt8], index: Int, mac: [UInt8])] = []
        for (index, domain) in domains.enumerated() {
            for case .vif(let interface) in domain.settings {
                let key = interface.mac + interface.backend.name + [0] + (interface.bridge ?? [])
                found.append((key, index, interface.mac))
            }
        }
        return found.inOrder { $0.key.lexicographicallyPrecedes($1.key) }.neighbours { $0.key == $1.key }.map {
            PlanRefusal(
                .sameAddress, domid: domains[$1.index].domid,
                "mac \(escaped: $1.mac) is that of an interface of domain \(escaped: domains[$0.index].name), too")
        }
    }
}

/// A disk of a domain, by what tells it from others.
private struct DiskClaim {
    let key: [UInt8]
    let index: Int
    let disk: VirtualDisk
}

extension VirtualDisk {
    fileprivate var mayBeShared: Bool { isReadOnly || isShared }

    /// Without empty parts and ".", which mean nothing in a path.
    fileprivate var canonicalTarget: [UInt8] {
        guard target.first == UInt8(ascii: "/") else { return target }
        let parts = target.split(separator: UInt8(ascii: "/")).filter { $0.count != 1 || $0.first != UInt8(ascii: ".") }
        return parts.reduce(into: []) { $0 += [UInt8(ascii: "/")] + $1 }
    }

    /// "fd:2" of "FD:02".
    fileprivate var canonicalDevice: [UInt8]? {
        guard let halves = physicalDevice?.split(separator: UInt8(ascii: ":")), halves.count == 2 else { return nil }
        let numbers = halves.compactMap { half in
            half.reduce(0 as UInt64?) { sum, digit in
                Hexadecimal.nibble(digit).flatMap { nibble in sum.map { $0 << 4 | UInt64(nibble) } }
            }
        }
        guard numbers.count == 2 else { return nil }
        let line: Line = "\(hex: numbers[0]):\(hex: numbers[1])"
        return line.bytes
    }
}

extension DomainDescription {
    fileprivate var impossibilities: [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        func refuse(_ code: PlanRefusal.Code, _ message: Line) {
            refusals.append(PlanRefusal(code, domid: domid, message))
        }
        // A backend of that name is the boot domain.
        if Backend(name: name).isBootDomain { refuse(.reservedName, "its name always means the boot domain") }
        if !hasWholePages { refuse(.partialPage, "\(memory) KiB of memory is not a whole number of 4 KiB pages") }
        switch mode {
        case .hvm: break
        case .pv:
            for text in pvImpossibilities { refuse(.notForPV, text) }
            if let text = kernelOutside { refuse(.kernelOutsideMemory, text) }
        case .pvh: refusals += pvhImpossibilities
        }
        return refusals
    }

    /// "its kernel lies outside of its memory: ...".
    private var kernelOutside: Line? {
        segmentOutsideMemory.map {
            "its kernel lies outside of its memory: \(hex: $0.byteCount) bytes at \(hex: $0.address)"
        }
    }

    /// What a PV domain cannot have, or no version of this program gives it.
    private var pvImpossibilities: [Line] {
        var texts: [Line] = []
        if settings.has(.hvmParams) { texts.append("domb,hvm-params: a PV domain has no HVM parameters") }
        if settings.usesXenstore {
            texts.append("xen,enhanced: the rings of a PV domain are its builder's, and this program makes none")
        }
        if otherModules.contains(where: { $0.isDomains }) {
            texts.append("the start info of a PV domain names a ramdisk and no other module")
        }
        if commandLine.count > Self.pvCommandLineLimit {
            texts.append(
                "a command line of \(commandLine.count) bytes; the start info of a PV domain has room for \(Self.pvCommandLineLimit)"
            )
        }
        return texts
    }

    /// MAX_GUEST_CMDLINE without its zero.
    private static var pvCommandLineLimit: Int { 1023 }

    private var pvhImpossibilities: [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        func refuse(_ code: PlanRefusal.Code, _ message: Line) {
            refusals.append(PlanRefusal(code, domid: domid, message))
        }
        if vcpus > Limits.hvmVCPUs {
            refuse(.vcpus, "\(vcpus) vcpus; a PVH domain has at most \(Limits.hvmVCPUs)")
        }
        if let text = kernelOutside {
            refuse(.kernelOutsideMemory, text)
        } else if neededMemory > memory {
            refuse(
                .tooLittleMemory,
                "kernel, ramdisk and start info need at least \(neededMemory) KiB, and it has \(memory)")
        }
        return refusals
    }
}

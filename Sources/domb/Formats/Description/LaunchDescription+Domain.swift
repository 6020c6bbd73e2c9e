// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchDescription.Domain {
    private static let keys =
        [
            "name", "domid", "roles", "mode", "memory", "vcpus", "affinity", "kernel", "ramdisk", "cmdline", "digest",
        ] + SettingKey.keys(in: .domain).map { $0.yaml }
    private static let roles: [(name: String, value: DomainRoles)] =
        [DomainRoles.control, .hardware, .xenstore, .console, .recovery, .legacyDom0, .stubDomain].map {
            ($0.names.joined(), $0)
        }

    init?(_ value: DescriptionValue) {
        let given = value.node.mapping?["name"]?.scalar?.string ?? ""
        let value = Self.isName(given) ? value.called("domains.\(given)") : value
        guard let section = value.section(Self.keys) else { return nil }
        let name = section.needed("name").flatMap { Self.name($0) }
        // Every check is made, so that everything wrong is told, before a missing part ends it.
        let roles = (section["roles"]?.items ?? []).reduce(into: DomainRoles()) {
            $0.formUnion($1.choice(Self.roles) ?? [])
        }
        // An xLCM says nothing of a classic dom0's memory.
        let memoryValue = roles.contains(.legacyDom0) ? section["memory"] : section.needed("memory")
        let memory = memoryValue?.kibibytes
        let standard = section["digest"]?.expectedDigest(allowingHex: false) ?? .auto
        let kernel = section.needed("kernel").flatMap { LaunchDescription.Image($0, .kernel, standard) }
        let ramdisk = section["ramdisk"].flatMap { LaunchDescription.Image($0, .ramdisk, standard) }
        let domid = section["domid"]?.number(in: 1...UInt64(DomainID.firstReserved - 1))
        let vcpus = section["vcpus"]?.number(in: 1...UInt64(Limits.vcpus)).map { UInt32($0) } ?? 1
        let dependsOn = section["depends_on"].map { Self.names($0) } ?? []
        let affinities = section["affinity"].map { Self.affinities($0, vcpus: vcpus) } ?? []
        let most = section["mem_max"]?.kibibytes
        if let most, let memory, most < memory { section["mem_max"]?.wrong("less than memory") }
        guard let unassigned = DomainID(rawValue: 0) else { return nil }
        let modes: [DomainMode] = [.pvh, .pv, .hvm]
        description = DomainDescription(
            domid: unassigned, name: name ?? [], handle: section["uuid"]?.handle,
            roles: roles, mode: section["mode"]?.choice(modes.map { ($0.word, $0) }) ?? .pvh, memory: memory ?? 0,
            maxMemory: most, vcpus: vcpus, affinities: affinities,
            settings: section.settings.settings(), kernel: ImageReference(moduleIndex: nil),
            commandLine: section.bytes("cmdline", limit: Limits.commandLineBytes) ?? [],
            logRegion: section["log_region"].flatMap { Self.logRegion($0) }, conduct: DomainConduct(section.settings))
        guard let kernel, name != nil else { return nil }
        place = section
        self.kernel = kernel
        self.ramdisk = ramdisk
        self.domid = domid.flatMap { DomainID(rawValue: UInt16($0)) }
        self.dependsOn = dependsOn
    }

    private static func isName(_ text: String) -> Bool {
        (1...Limits.nameBytes).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    private static func name(_ value: DescriptionValue) -> [UInt8]? {
        guard let text = value.text else { return nil }
        guard isName(text) else {
            value.wrong("at most \(Limits.nameBytes) printable characters")
            return nil
        }
        return Array(text.utf8)
    }

    /// "0x3000000+0x10000".
    private static func logRegion(_ value: DescriptionValue) -> Segment? {
        guard let region = LaunchDescription.Image.segment(value) else { return nil }
        guard region.address % 4096 == 0, region.byteCount % 4096 == 0 else {
            value.wrong("not of whole pages of 4 KiB")
            return nil
        }
        guard region.byteCount <= Limits.logRegionBytes else {
            value.wrong("larger than \(Limits.logRegionBytes >> 20)M")
            return nil
        }
        return region
    }

    /// A list, or a single name.
    private static func names(_ value: DescriptionValue) -> [(name: [UInt8], place: DescriptionValue)] {
        var found: [(name: [UInt8], place: DescriptionValue)] = []
        for item in value.node.scalar == nil ? value.items : [value] {
            // One that is named twice counts once.
            guard let text = item.text, !found.contains(where: { $0.name.elementsEqual(text.utf8) }) else { continue }
            found.append((Array(text.utf8), item))
        }
        return found
    }

    private static func affinities(_ value: DescriptionValue, vcpus: UInt32) -> [VCPUAffinity] {
        var found: [VCPUAffinity] = []
        for item in value.items {
            guard let section = item.section(["vcpu", "hard", "soft"]),
                let vcpu = section.needed("vcpu")?.number(in: 0...UInt64(vcpus - 1)).map({ UInt32($0) })
            else { continue }
            if found.contains(where: { $0.vcpu == vcpu }) { section["vcpu"]?.wrong("vcpu \(vcpu) a second time") }
            if section["hard"] == nil, section["soft"] == nil { item.wrong("neither hard nor soft") }
            found.append(VCPUAffinity(vcpu: vcpu, hard: section["hard"]?.cpus, soft: section["soft"]?.cpus))
        }
        return found.sorted { $0.vcpu < $1.vcpu }
    }
}

extension LaunchDescription.Image {
    enum Kind {
        case kernel
        case ramdisk
    }

    /// A path alone, or a section.
    init?(_ value: DescriptionValue, _ kind: Kind, _ standard: LaunchDescription.ExpectedDigest) {
        place = value
        digest = standard
        if value.node.scalar != nil {
            guard let path = value.text else { return nil }
            self.path = path
            return
        }
        let keys = ["path", "index", "digest"] + (kind == .kernel ? ["load"] : ["size"])
        guard let section = value.section(keys) else { return nil }
        readPlace(section)
        digest = section["digest"]?.expectedDigest(allowingHex: true) ?? standard
        segments = section["load"].map { Self.segments($0) } ?? []
        byteCount = section["size"]?.number(in: 1...UInt64.max)
    }

    /// A module that DomB does not measure: the boot domain's.
    init?(bootModule value: DescriptionValue) {
        place = value
        digest = .none
        if value.node.scalar != nil {
            guard let path = value.text else { return nil }
            self.path = path
            return
        }
        guard let section = value.section(["path", "index"]) else { return nil }
        readPlace(section)
    }

    private mutating func readPlace(_ section: DescriptionSection) {
        path = section["path"]?.text
        index = section["index"]?.number(in: 1...UInt64(UInt32.max)).map { UInt32($0) }
        if section["path"] == nil, section["index"] == nil { place.wrong("neither path nor index") }
    }

    /// "0x100000+0x2000" for each segment.
    private static func segments(_ value: DescriptionValue) -> [Segment] {
        var found: [Segment] = []
        var end: UInt64 = 0
        for item in value.items {
            guard let place = segment(item) else { continue }
            guard place.address >= end else {
                item.wrong("overlaps or precedes the one before it")
                continue
            }
            end = place.address + place.byteCount
            found.append(place)
        }
        if found.count > Limits.segments { value.wrong("more than \(Limits.segments) segments") }
        return found
    }

    /// "0x100000+0x2000", below what a domain can have.
    static func segment(_ item: DescriptionValue) -> Segment? {
        guard let text = item.text else { return nil }
        let halves = text.split(separator: "+", omittingEmptySubsequences: false).map { DescriptionValue.number($0) }
        guard halves.count == 2, let address = halves[0], let byteCount = halves[1], byteCount > 0 else {
            item.wrong("'\(text)' is not ADDRESS+SIZE")
            return nil
        }
        let (end, overflow) = address.addingReportingOverflow(byteCount)
        guard !overflow, end <= Limits.memory << 10 else {
            item.wrong("lies too high")
            return nil
        }
        return Segment(address: address, byteCount: byteCount)
    }
}

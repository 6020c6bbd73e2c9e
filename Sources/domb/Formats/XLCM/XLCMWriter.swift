// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform

/// Writes the binary LCM of the first Hyperlaunch prototype (its xen/include/public/launch_control_module.h): a header of
/// 72 bytes with the SHA-512 of the whole, then entries that say their own length. Everything is little-endian.
struct XLCMWriter {
    static let magic = Array("xLCM".utf8)
    private static let headerSize = 72

    private enum EntryType {
        static let moduleTypes: UInt32 = 1
        static let domain: UInt32 = 2
        static let moduleChecksum: UInt32 = 3
    }

    private enum ModuleType: UInt8 {
        case ignore = 0
        case kernel = 2
        case ramdisk = 3
    }

    private let launch: Launch
    private var inexpressible = Inexpressible("xLCM")
    private var types: [UInt8: ModuleType] = [:]
    /// Digests that hold for a module whoever uses it.
    private var checksums: [UInt8: Digest] = [:]

    /// The file, or a refusal that names everything that it could not say.
    static func write(_ launch: Launch, from path: String) throws(CommandFailure) -> [UInt8] {
        var writer = XLCMWriter(launch)
        let content = writer.content()
        try writer.inexpressible.check(path)
        return content
    }

    private init(_ launch: Launch) { self.launch = launch }

    private mutating func content() -> [UInt8] {
        inexpressible.addForeign(launch)
        collectModules()
        var entries = moduleTypes() + bootDomain()
        for (index, domain) in launch.lcm.domains.enumerated() { entries += self.domain(domain, index) }
        for (index, digest) in checksums.sorted(by: { $0.key < $1.key }) {
            let head = [index, UInt8(truncatingIfNeeded: digest.algorithm.rawValue)]
            entries += entry(
                EntryType.moduleChecksum, head + LittleEndian.bytes(UInt16(digest.bytes.count)) + digest.bytes)
        }
        let start = Self.magic + LittleEndian.bytes(UInt32(Self.headerSize + entries.count))
        let zeros = [UInt8](repeating: 0, count: HashAlgorithm.sha512.digestSize)
        let checksum = SwiftCryptoHash.digest(.sha512, of: start + zeros + entries)
        return start + checksum.bytes + entries
    }

    private func entry(_ type: UInt32, _ payload: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
        let length = UInt32(8 + payload.count + padding.count)
        return LittleEndian.bytes(type) + LittleEndian.bytes(length) + payload + padding
    }

    private mutating func collectModules() {
        if let index = launch.bootDomain?.kernelIndex { note(index, .kernel) }
        if let index = launch.bootDomain?.ramdiskIndex { note(index, .ramdisk) }
        var differing: Set<UInt8> = []
        for domain in launch.lcm.domains {
            let images = [(domain.kernel, ModuleType.kernel)] + (domain.ramdisk.map { [($0, .ramdisk)] } ?? [])
            for (image, type) in images {
                guard let index = image.moduleIndex, let short = note(index, type) else {
                    inexpressible.add(
                        "domain \(text(domain.name)): a module without an index", unless: image.moduleIndex != nil)
                    continue
                }
                // A domain that expects no digest would get one by a checksum of the module.
                guard let digest = image.expectedDigest, checksums[short] ?? digest == digest else {
                    differing.insert(short)
                    continue
                }
                checksums[short] = digest
            }
        }
        for index in differing { checksums[index] = nil }
    }

    @discardableResult
    private mutating func note(_ index: UInt32, _ type: ModuleType) -> UInt8? {
        guard let short = UInt8(exactly: index), short > 0 else {
            inexpressible.add("module index \(index): 1 to 255")
            return nil
        }
        inexpressible.add("module \(index) as kernel and ramdisk", unless: types[short] ?? type == type)
        types[short] = type
        return short
    }

    private func moduleTypes() -> [UInt8] {
        // Module 0 is the LCM itself.
        let count = types.keys.max() ?? 0
        let list = (0..<count).map { (types[$0 + 1] ?? .ignore).rawValue }
        return entry(EntryType.moduleTypes, LittleEndian.bytes(UInt32(count)) + list)
    }

    private mutating func bootDomain() -> [UInt8] {
        let boot = launch.bootDomain ?? BootDomain()
        let text = ConfigurationTextWriter(launch.lcm.settings, bootArguments: boot.commandLine)
        return domainEntry(
            kernel: boot.kernelIndex, ramdisk: boot.ramdiskIndex, permissions: 0, functions: 1,
            mode: UInt32(boot.mode.rawValue), handle: [UInt8](repeating: 0, count: DomainHandle.byteCount),
            kibibytes: boot.memory ?? 0,
            vcpus: boot.vcpus, text: text.bytes)
    }

    private mutating func domain(_ domain: DomainDescription, _ place: Int) -> [UInt8] {
        let name = "domain \(domb.text(domain.name))"
        let expressible: DomainRoles = [.control, .hardware, .console, .xenstore]
        let isClassic = Self.isClassic(domain)
        let roles = isClassic ? [] : domain.roles.subtracting(expressible)
        inexpressible.add("\(name): role \(roles.names.joined(separator: ", "))", unless: roles.isEmpty)
        inexpressible.add(
            "\(name): domid \(domain.domid.rawValue): domids are 1, 2, 3 in the order of the domains, so \(place + 1)",
            unless: Int(domain.domid.rawValue) == place + 1)
        let text = ConfigurationTextWriter(
            domain, in: launch.lcm, withDigests: isAlone(domain.kernel), domain.ramdisk.map(isAlone) ?? false)
        for reason in text.inexpressible { inexpressible.add("\(name): \(reason)") }
        if isClassic {
            return highPrivilegeEntry(domain, text.bytes)
        }
        var functions: UInt32 = 0
        if domain.roles.contains(.console) { functions |= 2 }
        if domain.roles.contains(.xenstore) { functions |= 4 }
        return domainEntry(
            kernel: domain.kernel.moduleIndex, ramdisk: domain.ramdisk?.moduleIndex,
            permissions: domain.roles.rawValue & 3, functions: functions, mode: UInt32(domain.mode.rawValue),
            handle: (domain.handle ?? .unset).bytes, kibibytes: domain.memory, vcpus: domain.vcpus, text: text.bytes)
    }

    /// True where no entry of the module's tells the digest.
    private func isAlone(_ image: ImageReference) -> Bool {
        image.moduleIndex.flatMap { UInt8(exactly: $0) }.map { checksums[$0] == nil } ?? true
    }

    /// A classic dom0: HAS_HIGH_PRIV_CONFIG, which has no fields but the mode.
    private static func isClassic(_ domain: DomainDescription) -> Bool {
        domain.roles == .legacyDom0 && domain.memory == 0 && domain.vcpus == 1
    }

    private func highPrivilegeEntry(_ domain: DomainDescription, _ text: [UInt8]) -> [UInt8] {
        var payload =
            LittleEndian.bytes(UInt16(2 | 4)) + indices(domain.kernel.moduleIndex, domain.ramdisk?.moduleIndex)
        payload += LittleEndian.bytes(UInt32(domain.mode.rawValue)) + [UInt8](repeating: 0, count: 44)
        return entry(EntryType.domain, payload + LittleEndian.bytes(UInt32(text.count)) + text)
    }

    private func indices(_ kernel: UInt32?, _ ramdisk: UInt32?) -> [UInt8] {
        [UInt8(truncatingIfNeeded: kernel ?? 0), UInt8(truncatingIfNeeded: ramdisk ?? 0), 0, 0, 0, 0]
    }

    private func domainEntry(
        kernel: UInt32?, ramdisk: UInt32?, permissions: UInt32, functions: UInt32, mode: UInt32, handle: [UInt8],
        kibibytes: UInt64, vcpus: UInt32, text: [UInt8]
    ) -> [UInt8] {
        // HAS_BASIC_CONFIG and HAS_EXTENDED_CONFIG.
        var payload = LittleEndian.bytes(UInt16(1 | 4)) + indices(kernel, ramdisk)
        for word in [permissions, functions, mode] { payload += LittleEndian.bytes(word) }
        payload += handle + [0, 0, 0, 0] + LittleEndian.bytes(kibibytes << 10)
        // xsm_sid is opaque; 0 is none.
        payload += LittleEndian.bytes(UInt32(0)) + LittleEndian.bytes(vcpus)
        return entry(EntryType.domain, payload + LittleEndian.bytes(UInt32(text.count)) + text)
    }
}

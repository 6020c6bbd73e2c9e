// SPDX-License-Identifier: Apache-2.0

import Platform

extension DomainDraft {
    /// The DOMAIN entry's fields, by their offsets.
    private enum Field {
        static let flags = 8
        static let kernelIndex = 10
        static let ramdiskIndex = 11
        static let permissions = 16
        static let functions = 20
        static let mode = 24
        static let handle = 28
        static let memory = 48
        static let vcpus = 60
        static let textLength = 64
        static let text = 68
        static let fixedSize = 72
    }

    private enum Flag {
        static let basic: UInt64 = 1
        static let highPrivilege: UInt64 = 2
        static let extended: UInt64 = 4
    }

    /// One DOMAIN entry. `nil` where it is too short to be one.
    init?(
        _ file: XLCM, _ entry: XLCM.Entry, number: Int, _ types: XLCMModuleTypes, _ checksums: XLCMChecksums,
        _ problems: ProblemList, settings: inout LaunchSettings
    ) {
        let path: Line = "domain \(number)"
        let place = Place(offset: entry.range.lowerBound, path: path.bytes)
        guard entry.range.count >= Field.fixedSize, let unassigned = DomainID(rawValue: 0) else {
            problems.report(place.error(.badPropertyLength))
            return nil
        }
        self.init(
            place: place,
            description: DomainDescription(
                domid: unassigned, name: path.bytes, memory: 0, kernel: ImageReference(moduleIndex: nil)))
        let flags = file.integer(entry, Field.flags, 2)
        if flags & ~(Flag.basic | Flag.highPrivilege | Flag.extended) != 0 {
            problems.report(place.error(.reservedBits, "flags"))
        }
        switch flags & (Flag.basic | Flag.highPrivilege) {
        case Flag.basic: readBasic(file, entry, problems)
        case Flag.highPrivilege: readHighPrivilege(file, entry, problems)
        default: problems.report(place.error(.conflictingProperties, "flags"))
        }
        readModules(file, entry, types, checksums, problems)
        readText(file, entry, isThere: flags & Flag.extended != 0, problems, settings: &settings)
        check(problems)
    }

    private mutating func readBasic(_ file: XLCM, _ entry: XLCM.Entry, _ problems: ProblemList) {
        description.roles = roles(
            file.integer(entry, Field.permissions, 4), "permissions", [.control, .hardware], problems)
        description.roles.formUnion(
            roles(file.integer(entry, Field.functions, 4), "functions", [.boot, .console, .xenstore], problems))
        readMode(file.integer(entry, Field.mode, 4), problems)
        let handle = file.bytes(entry, Field.handle, DomainHandle.byteCount)
        description.handle = DomainHandle(bytes: handle)
        if description.handle == .unset { description.handle = nil }
        if let name = Self.name(handle) { description.name = name }
        let isBoot = description.roles.contains(.boot)
        let memory = file.integer(entry, Field.memory, 8)
        if memory % 1024 != 0 || (memory == 0 && !isBoot) {
            problems.report(place.error(.badPropertyValue, "mem_size"))
        }
        description.memory = memory / 1024
        let vcpus = UInt32(truncatingIfNeeded: file.integer(entry, Field.vcpus, 4))
        if !(1...Limits.vcpus).contains(vcpus) { problems.report(place.error(.limitExceeded, "cpus")) }
        description.vcpus = max(1, min(vcpus, Limits.vcpus))
    }

    /// A classic dom0: the prototype gives it domid 0 and says nothing of its memory and vcpus.
    private mutating func readHighPrivilege(_ file: XLCM, _ entry: XLCM.Entry, _ problems: ProblemList) {
        description.roles = .legacyDom0
        description.name = Line("dom0").bytes
        readMode(file.integer(entry, Field.permissions, 4), problems)
    }

    private func roles(
        _ value: UInt64, _ name: Line, _ bits: [DomainRoles], _ problems: ProblemList
    ) -> DomainRoles {
        if value >> UInt64(bits.count) != 0 { problems.report(place.error(.reservedBits, name)) }
        var roles: DomainRoles = []
        for (bit, role) in bits.enumerated() where value >> UInt64(bit) & 1 == 1 { roles.formUnion(role) }
        return roles
    }

    private mutating func readMode(_ value: UInt64, _ problems: ProblemList) {
        switch value {
        case 0: description.mode = .pvh
        case 1: description.mode = .pv
        case 2: description.mode = .hvm
        case 3: problems.report(place.error(.conflictingProperties, "mode"))
        default: problems.report(place.error(.reservedBits, "mode"))
        }
    }

    /// The prototype's tool puts a name where the handle belongs.
    private static func name(_ handle: [UInt8]) -> [UInt8]? {
        let text = [UInt8](handle.prefix { $0 != 0 })
        let isText = !text.contains { $0 < 0x20 || $0 > 0x7E } && !handle[text.count...].contains { $0 != 0 }
        return isText && !text.isEmpty ? text : nil
    }

    private mutating func readModules(
        _ file: XLCM, _ entry: XLCM.Entry, _ types: XLCMModuleTypes, _ checksums: XLCMChecksums, _ problems: ProblemList
    ) {
        let kernel = UInt8(file.integer(entry, Field.kernelIndex, 1))
        let ramdisk = UInt8(file.integer(entry, Field.ramdiskIndex, 1))
        if kernel != 0 {
            if !types.allows(kernel, as: XLCMModuleTypes.kernel) {
                problems.report(place.error(.conflictingProperties, "kernel_index"))
            }
            description.kernel = ImageReference(
                moduleIndex: UInt32(kernel), expectedDigest: checksums.digest(of: kernel))
        } else if !description.roles.contains(.boot) {
            problems.report(place.error(.missingProperty, "kernel_index"))
        }
        guard ramdisk != 0 else { return }
        if !types.allows(ramdisk, as: XLCMModuleTypes.ramdisk) {
            problems.report(place.error(.conflictingProperties, "ramdisk_index"))
        }
        description.ramdisk = ImageReference(
            moduleIndex: UInt32(ramdisk), expectedDigest: checksums.digest(of: ramdisk))
    }

    private mutating func readText(
        _ file: XLCM, _ entry: XLCM.Entry, isThere: Bool, _ problems: ProblemList, settings: inout LaunchSettings
    ) {
        var used = Field.textLength
        if isThere {
            let length = Int(file.integer(entry, Field.textLength, 4))
            guard length <= entry.range.count - Field.text else {
                problems.report(place.error(.badPropertyLength, "string_len"))
                return
            }
            used = Field.text + length
            let text = file.bytes(entry, Field.text, length)
            let start = entry.range.lowerBound + Field.text
            if let configuration = ConfigurationText(text, at: start, place: place, problems) {
                let isBoot = description.roles.contains(.boot)
                let source = configuration.source(problems)
                configuration.refuseOthers(areOfBootDomain: isBoot, problems)
                apply(configuration, source)
                if isBoot { settings = LaunchSettings(source) }
            } else {
                // Somebody else's text: shown, and no error.
                unknown.append(UnknownProperty(node: place.path, name: text, offset: start))
            }
        }
        if !file.isZero(entry, from: used) {
            problems.report(ParseError(.trailingData, at: entry.range.lowerBound + used, place: place.path))
        }
    }
}

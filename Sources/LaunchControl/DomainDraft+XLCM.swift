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

    /// One DOMAIN entry, its text apart. `nil` where it is too short to be one.
    init?(
        _ entry: XLCM.Entry, _ types: XLCMModuleTypes, _ checksums: XLCMChecksums, _ place: Place,
        _ problems: ProblemList
    ) {
        guard entry.bytes.count >= Field.fixedSize, let unassigned = DomainID(rawValue: 0) else {
            problems.report(place.error(.badPropertyLength))
            return nil
        }
        self.init(
            place: place,
            description: DomainDescription(
                domid: unassigned, name: place.path, memory: 0, kernel: ImageReference(moduleIndex: nil)))
        let flags = entry.integer(Field.flags, 2)
        if flags & ~(Flag.basic | Flag.highPrivilege | Flag.extended) != 0 {
            problems.report(place.error(.reservedBits, "flags"))
        }
        switch flags & (Flag.basic | Flag.highPrivilege) {
        case Flag.basic: readBasic(entry, problems)
        case Flag.highPrivilege:
            // A classic dom0: the prototype gives it domid 0 and says nothing of its memory and vcpus.
            description.roles = .legacyDom0
            description.name = Line("dom0").bytes
            readMode(entry.integer(Field.permissions, 4), problems)
        default: problems.report(place.error(.conflictingProperties, "flags"))
        }
        func image(_ field: Int, _ name: Line, _ type: UInt8) -> ImageReference? {
            let index = UInt8(entry.integer(field, 1))
            if index == 0 { return nil }
            if !types.allows(index, as: type) { problems.report(place.error(.conflictingProperties, name)) }
            return ImageReference(moduleIndex: UInt32(index), expectedDigest: checksums.digest(of: index))
        }
        if let kernel = image(Field.kernelIndex, "kernel_index", XLCMModuleTypes.kernel) {
            description.kernel = kernel
        } else if !description.roles.contains(.boot) {
            problems.report(place.error(.missingProperty, "kernel_index"))
        }
        description.ramdisk = image(Field.ramdiskIndex, "ramdisk_index", XLCMModuleTypes.ramdisk)
    }

    private mutating func readBasic(_ entry: XLCM.Entry, _ problems: ProblemList) {
        addRoles(entry.integer(Field.permissions, 4), "permissions", [.control, .hardware], problems)
        addRoles(entry.integer(Field.functions, 4), "functions", [.boot, .console, .xenstore], problems)
        readMode(entry.integer(Field.mode, 4), problems)
        let handle = entry.field(Field.handle, DomainHandle.byteCount)
        description.handle = DomainHandle(bytes: handle)
        if description.handle == .unset { description.handle = nil }
        description.name = Self.name(handle) ?? description.name
        let memory = entry.integer(Field.memory, 8)
        if memory % 1024 != 0 || (memory == 0 && !description.roles.contains(.boot)) {
            problems.report(place.error(.badPropertyValue, "mem_size"))
        }
        description.memory = memory / 1024
        let vcpus = UInt32(truncatingIfNeeded: entry.integer(Field.vcpus, 4))
        if !(1...Limits.vcpus).contains(vcpus) { problems.report(place.error(.limitExceeded, "cpus")) }
        description.vcpus = max(1, min(vcpus, Limits.vcpus))
    }

    private mutating func addRoles(_ value: UInt64, _ name: Line, _ bits: [DomainRoles], _ problems: ProblemList) {
        if value >> UInt64(bits.count) != 0 { problems.report(place.error(.reservedBits, name)) }
        for (bit, role) in bits.enumerated() where value >> UInt64(bit) & 1 == 1 { description.roles.formUnion(role) }
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

    /// The entry's text, which may be DomB's.
    mutating func readText(_ entry: XLCM.Entry, _ problems: ProblemList, settings: inout LaunchSettings) {
        var used = Field.textLength
        if entry.integer(Field.flags, 2) & Flag.extended != 0 {
            let length = Int(entry.integer(Field.textLength, 4))
            guard length <= entry.bytes.count - Field.text else {
                return problems.report(place.error(.badPropertyLength, "string_len"))
            }
            used = Field.text + length
            let text = entry.field(Field.text, length)
            let start = entry.start + Field.text
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
        if !entry.isZero(from: used) {
            problems.report(ParseError(.trailingData, at: entry.start + used, place: place.path))
        }
    }
}

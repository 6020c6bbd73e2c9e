// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The extended configuration string of an xLCM's domain entry: what the entry itself has no field for.
///
/// `domb:` and words KEY=VALUE, each after one space. The keys are the names of the device tree's properties without
/// `domb,`. A value with spaces, and `bootargs` always, is in quotation marks, in which \" and \\ stand for those two
/// characters.
struct ConfigurationTextWriter {
    static let tag = "domb:"

    private(set) var bytes = Array(tag.utf8)
    /// What the text has no form for.
    private(set) var inexpressible: [String] = []

    /// What stands in the boot domain's string.
    init(_ settings: LaunchSettings, bootArguments: [UInt8]) {
        if let pcr = settings.pcr { add("pcr", "\(pcr.rawValue)") }
        add("tpm", settings.tpmPolicy.name.description)
        add("coverage", settings.coverage.name.description)
        add("handoff", settings.handoff.name.description)
        if let target = settings.handoffTarget { add("handoff-target", target) }
        if let digest = settings.xenstored { add("xenstored", digest) }
        if settings.builder != .toolstack { add("builder", settings.builder.name.description) }
        if !settings.cpupools.isEmpty {
            add("cpupools", settings.cpupools.map { $0.words }.joined(separator: "/"))
        }
        quote("bootargs", bootArguments)
    }

    /// `digests` where they are not told by the entries for modules.
    init(_ domain: DomainDescription, in lcm: LCM, withDigests kernel: Bool, _ ramdisk: Bool) {
        add("name", domain.name)
        let words = domain.settings.words()
        let first: [SettingKey] = [.uuid, .memMax, .weight, .cap]
        for (key, value) in words where first.contains(key) { add(key.word, value) }
        if !domain.dependencies.isEmpty {
            let names = domain.dependencies.map { lcm.domains[$0].name }
            if names.contains(where: { $0.contains(UInt8(ascii: ",")) }) {
                inexpressible.append("a dependency on a domain with a comma in its name")
            }
            add("depends-on", Array(names.joined(separator: ",".utf8)))
        }
        if domain.settings.items(.eventChannels).contains(where: { $0.text.bytes.contains(UInt8(ascii: ",")) }) {
            inexpressible.append("an event channel to a domain with a comma in its name")
        }
        for (key, value) in words where !first.contains(key) { add(key.word, value) }
        for (key, value) in domain.conduct.words { add(key.word, value) }
        if !domain.kernel.segments.isEmpty {
            add("load", domain.kernel.segments.map { Self.place($0) }.joined(separator: ","))
        }
        if kernel, let digest = domain.kernel.expectedDigest { add("kernel-digest", digest) }
        if ramdisk, let digest = domain.ramdisk?.expectedDigest { add("ramdisk-digest", digest) }
        if let size = domain.ramdisk?.byteCount { add("ramdisk-size", "\(size)") }
        if let place = domain.logRegion { add("log-region", Self.place(place)) }
        quote("bootargs", domain.commandLine)
    }

    private static func place(_ segment: Segment) -> String {
        "\(hexadecimal(segment.address))+\(hexadecimal(segment.byteCount))"
    }

    private mutating func add(_ key: String, _ digest: Digest) {
        add(key, "\(digest.algorithm.name):\(hexadecimal(digest.bytes))")
    }

    private mutating func add(_ key: String, _ value: String) { add(key, Array(value.utf8)) }

    private mutating func add(_ key: String, _ value: [UInt8]) {
        // A word ends with a space, and a quotation mark opens a quoted one.
        guard !value.contains(where: { $0 == 0x20 || $0 == UInt8(ascii: "\"") }) else { return quote(key, value) }
        bytes += Array(" \(key)=".utf8) + value
    }

    private mutating func quote(_ key: String, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        bytes += Array(" \(key)=\"".utf8)
        for byte in value {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

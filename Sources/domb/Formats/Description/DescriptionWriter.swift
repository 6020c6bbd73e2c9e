// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Writes the description of a launch whose images are known by their indices alone.
struct DescriptionWriter {
    private var lines: [String] = []
    private var inexpressible = Inexpressible("a description")

    /// Texts and properties of others stand in comments: nothing acts on them.
    static func write(_ launch: Launch, from path: String) throws(CommandFailure) -> [UInt8] {
        var writer = DescriptionWriter()
        var known = launch
        known.lcm.unknownProperties = []
        writer.inexpressible.addForeign(known)
        for property in launch.lcm.unknownProperties {
            let name = property.name.isEmpty ? "" : ": \(text(property.name))"
            writer.lines.append("# Not carried over: \(text(property.node))\(name)")
        }
        writer.add(launch.lcm.settings)
        if launch.dialect != .document { writer.lines.append("builder: \(launch.dialect.rawValue)") }
        if let boot = launch.bootDomain, boot != BootDomain() { writer.add(boot) }
        writer.lines.append("domains:")
        for domain in launch.lcm.domains { writer.add(domain, in: launch.lcm) }
        try writer.inexpressible.check(path)
        return Array((writer.lines.joined(separator: "\n") + "\n").utf8)
    }

    private mutating func add(_ settings: LaunchSettings) {
        lines.append("launch:")
        if let pcr = settings.pcr { lines.append("  pcr: \(pcr.rawValue)") }
        lines += [
            "  tpm: \(settings.tpmPolicy.name)", "  coverage: \(settings.coverage.name)",
            "  handoff: \(settings.handoff.name)",
        ]
        if settings.builder != .toolstack { lines.append("  builder: \(settings.builder.name)") }
        if let digest = settings.xenstored { lines.append("  xenstored: \(hexadecimal(digest.bytes))") }
        if let target = settings.handoffTarget { lines.append("  handoff_target: \(quoted(target, "handoff_target"))") }
        if !settings.cpupools.isEmpty { lines.append("  cpupools:") }
        for pool in settings.cpupools {
            lines += [
                "    - name: \(quoted(pool.name, "cpupools"))", "      scheduler: \(pool.scheduler.name)",
                "      cpus: \"\(cpuList(pool.cpus))\"",
            ]
        }
    }

    private mutating func add(_ boot: BootDomain) {
        lines.append("boot_domain:")
        if let index = boot.kernelIndex { lines += ["  kernel:", "    index: \(index)"] }
        if let index = boot.ramdiskIndex { lines += ["  initramfs:", "    index: \(index)"] }
        if !boot.commandLine.isEmpty { lines.append("  cmdline: \(quoted(boot.commandLine, "boot_domain: cmdline"))") }
        if let memory = boot.memory, memory > 0 { lines.append("  memory: \(Self.size(memory))") }
        lines.append("  vcpus: \(boot.vcpus)")
        if boot.mode != .pvh { lines.append("  mode: \(boot.mode.word)") }
    }

    private mutating func add(_ domain: DomainDescription, in lcm: LCM) {
        let name = text(domain.name)
        lines += ["  - name: \(quoted(domain.name, name))", "    domid: \(domain.domid.rawValue)"]
        if let handle = domain.handle { lines.append("    uuid: \(uuid(handle))") }
        if !domain.roles.isEmpty { lines.append("    roles: [\(domain.roles.names.joined(separator: ", "))]") }
        lines += ["    mode: \(domain.mode.word)"]
        // A classic dom0 of an xLCM has none.
        if domain.memory > 0 { lines.append("    memory: \(Self.size(domain.memory))") }
        if let most = domain.maxMemory { lines.append("    mem_max: \(Self.size(most))") }
        lines.append("    vcpus: \(domain.vcpus)")
        for key in [SettingKey.weight, .cap] {
            for number in domain.settings.items(key) { lines.append("    \(key.yaml): \(text(number.text.bytes))") }
        }
        for (key, value) in domain.settings.words(but: SettingKey.common) + domain.conduct.words {
            lines.append("    \(key.yaml): \(quoted(value, key.word))")
        }
        if let place = domain.logRegion {
            lines.append("    log_region: \(hexadecimal(place.address))+\(hexadecimal(place.byteCount))")
        }
        add(domain.affinities)
        if !domain.dependencies.isEmpty {
            lines.append("    depends_on:")
            for index in domain.dependencies {
                lines.append("      - \(quoted(lcm.domains[index].name, name))")
            }
        }
        add(domain.kernel, "kernel")
        if !domain.commandLine.isEmpty {
            lines.append("    cmdline: \(quoted(domain.commandLine, "\(name): cmdline"))")
        }
        if let ramdisk = domain.ramdisk { add(ramdisk, "ramdisk") }
    }

    private mutating func add(_ affinities: [VCPUAffinity]) {
        guard !affinities.isEmpty else { return }
        lines.append("    affinity:")
        for affinity in affinities {
            lines.append("      - vcpu: \(affinity.vcpu)")
            if let hard = affinity.hard { lines.append("        hard: \"\(cpuList(hard))\"") }
            if let soft = affinity.soft { lines.append("        soft: \"\(cpuList(soft))\"") }
        }
    }

    private mutating func add(_ image: ImageReference, _ key: String) {
        lines.append("    \(key):")
        if let index = image.moduleIndex { lines.append("      index: \(index)") }
        if !image.segments.isEmpty {
            lines.append("      load:")
            lines += image.segments.map { "        - \(hexadecimal($0.address))+\(hexadecimal($0.byteCount))" }
        }
        if let byteCount = image.byteCount { lines.append("      size: \(byteCount)") }
        if let digest = image.expectedDigest { lines.append("      digest: \(hexadecimal(digest.bytes))") }
        inexpressible.add("a \(key) without a module index", unless: image.moduleIndex != nil)
    }

    static func size(_ kibibytes: UInt64) -> String {
        if kibibytes % (1 << 20) == 0 { return "\(kibibytes >> 20)G" }
        return kibibytes % 1024 == 0 ? "\(kibibytes >> 10)M" : "\(kibibytes)K"
    }

    /// Double-quoted, the one style of YAML that can hold any text.
    private mutating func quoted(_ bytes: [UInt8], _ what: String) -> String {
        guard let string = String(validating: bytes, as: UTF8.self) else {
            inexpressible.add("\(what): not UTF-8 text")
            return "\"\""
        }
        return Self.quoted(string)
    }

    static func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                result += "\\x" + hexadecimal([UInt8(scalar.value)])
            // Line breaks to YAML, and the byte order mark.
            case "\u{2028}", "\u{2029}", "\u{FEFF}":
                result += "\\u" + hexadecimal([UInt8(scalar.value >> 8), UInt8(scalar.value & 0xFF)])
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

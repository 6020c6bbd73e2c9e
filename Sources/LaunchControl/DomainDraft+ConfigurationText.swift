// SPDX-License-Identifier: Apache-2.0

import Platform

extension DomainDraft {
    /// What DomB's text says of the domain.
    mutating func apply(_ text: ConfigurationText, _ source: SettingSource) {
        let name = source.value("name", limit: .max, .badName) { (1...Limits.nameBytes).contains($0.count) ? $0 : nil }
        description.name = name ?? description.name
        if let word = text.value("depends-on") {
            dependsOn = word.value.split(separator: UInt8(ascii: ",")).map { .name([UInt8]($0)) }
        }
        apply(source)
        description.maxMemory = source.number("mem-max", in: 1...Limits.memory)
        description.commandLine = source.text("bootargs", limit: Limits.commandLineBytes) ?? []
        description.handle =
            source.value("uuid") { Hexadecimal.bytes($0).flatMap { DomainHandle(bytes: $0) } } ?? description.handle
        applyAffinities(text, source)
        applyImages(source)
    }

    /// "0:0-3,5/1:2": vcpu 0 on cpus 0 to 3 and 5, vcpu 1 on cpu 2.
    private mutating func applyAffinities(_ text: ConfigurationText, _ source: SettingSource) {
        var affinities: [VCPUAffinity] = []
        for (key, isHard) in [("hard-affinity" as StaticString, true), ("soft-affinity", false)] {
            guard let word = text.value(key) else { continue }
            for part in word.value.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
                let halves = part.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2, let number = Decimal.parse(halves[0]), number < UInt64(description.vcpus),
                    let cpus = CPUList.parse([UInt8](halves[1]))
                else {
                    source.report(key, .badCPUList)
                    break
                }
                let vcpu = UInt32(number)
                let index = affinities.firstIndex { $0.vcpu == vcpu } ?? affinities.count
                if index == affinities.count { affinities.append(VCPUAffinity(vcpu: vcpu, hard: nil, soft: nil)) }
                if isHard { affinities[index].hard = cpus } else { affinities[index].soft = cpus }
            }
        }
        description.affinities = affinities.inOrder { $0.vcpu < $1.vcpu }
    }

    private mutating func applyImages(_ source: SettingSource) {
        description.kernel.segments = source.segments("load")
        setDigest(&description.kernel, source, "kernel-digest")
        guard var ramdisk = description.ramdisk else {
            for key in ["ramdisk-digest", "ramdisk-size"] as [StaticString] where source.has(key) {
                source.report(key, .conflictingProperties)
            }
            return
        }
        setDigest(&ramdisk, source, "ramdisk-digest")
        ramdisk.byteCount = source.number("ramdisk-size", in: 1...(Limits.memory << 10))
        description.ramdisk = ramdisk
    }

    /// A MODULE_CHECKSUM entry may have set one already: then both must agree.
    private func setDigest(_ image: inout ImageReference, _ source: SettingSource, _ key: StaticString) {
        guard let digest = source.digest(key) else { return }
        if let other = image.expectedDigest, other != digest { source.report(key, .conflictingProperties) }
        image.expectedDigest = digest
    }
}

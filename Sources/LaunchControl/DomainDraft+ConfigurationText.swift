// SPDX-License-Identifier: Apache-2.0

import Platform

extension DomainDraft {
    /// What DomB's text says of the domain.
    mutating func apply(_ text: ConfigurationText, _ source: SettingSource) {
        let name = source.value(.name, .badName) { (1...Limits.nameBytes).contains($0.count) ? $0 : nil }
        description.name = name ?? description.name
        if let word = text.value(.dependsOn) {
            dependsOn = word.value.split(separator: UInt8(ascii: ",")).map { .name([UInt8]($0)) }
        }
        let handle = description.handle
        apply(source)
        description.handle = description.handle ?? handle
        description.commandLine = source.text(.bootargs) ?? []
        for affinity in description.affinities where affinity.vcpu >= description.vcpus {
            source.report(affinity.hard == nil ? .softAffinity : .hardAffinity, .badCPUList)
        }
        applyImages(source)
    }

    private mutating func applyImages(_ source: SettingSource) {
        description.kernel.segments = source.segments(.load)
        setDigest(&description.kernel, source, .kernelDigest)
        guard var ramdisk = description.ramdisk else {
            for key in [SettingKey.ramdiskDigest, .ramdiskSize] where source.has(key) {
                source.report(key, .conflictingProperties)
            }
            return
        }
        setDigest(&ramdisk, source, .ramdiskDigest)
        ramdisk.byteCount = source.number(.ramdiskSize, in: 1...(Limits.memory << 10))
        description.ramdisk = ramdisk
    }

    /// A MODULE_CHECKSUM entry may have set one already: then both must agree.
    private func setDigest(_ image: inout ImageReference, _ source: SettingSource, _ key: SettingKey) {
        guard let digest = source.digest(key) else { return }
        if let other = image.expectedDigest, other != digest { source.report(key, .conflictingProperties) }
        image.expectedDigest = digest
    }
}

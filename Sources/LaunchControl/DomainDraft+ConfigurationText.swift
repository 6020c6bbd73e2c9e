// SPDX-License-Identifier: Apache-2.0

import Platform

extension DomainDraft {
    /// What DomB's text says of the domain.
    mutating func apply(_ text: ConfigurationText, _ problems: ProblemList) {
        text.refuseUnknownKeys(problems)
        if let word = text.value("name") {
            if word.value.isEmpty || word.value.count > Limits.nameBytes { problems.report(text.error(.badName, word)) }
            description.name = word.value
        }
        if let word = text.value("depends-on") {
            dependsOn = word.value.split(separator: UInt8(ascii: ",")).map { .name([UInt8]($0)) }
        }
        description.weight = number(text, "weight", 1...65535, problems).map { UInt16($0) }
        description.cap = number(text, "cap", 0...65535, problems).map { UInt16($0) }
        description.maxMemory = number(text, "mem-max", 1...Limits.memory, problems)
        description.extended = ExtendedConfiguration {
            text.value($0)?.value
        } report: { key, code in
            if let word = text.value(key) { problems.report(text.error(code, word)) }
        }
        description.conduct = DomainConduct {
            text.value($0)?.value
        } report: { key, code in
            if let word = text.value(key) { problems.report(text.error(code, word)) }
        }
        if let word = text.value("bootargs") {
            if word.value.count > Limits.commandLineBytes { problems.report(text.error(.limitExceeded, word)) }
            description.commandLine = word.value
        }
        if let word = text.value("uuid") {
            description.handle = Hexadecimal.bytes(word.value).flatMap { DomainHandle(bytes: $0) }
            if description.handle == nil { problems.report(text.error(.badPropertyValue, word)) }
        }
        applyAffinities(text, problems)
        applyImages(text, problems)
        if let word = text.value("log-region") {
            let (region, problem) = Self.cells(word.value).map { Segment.logRegion($0) } ?? (nil, .badPropertyValue)
            if let problem { problems.report(text.error(problem, word)) }
            description.logRegion = region
        }
    }

    private func number(
        _ text: ConfigurationText, _ key: StaticString, _ range: ClosedRange<UInt64>, _ problems: ProblemList
    ) -> UInt64? {
        guard let word = text.value(key) else { return nil }
        guard let value = Decimal.parse(word.value[...]), range.contains(value) else {
            problems.report(text.error(.badPropertyValue, word))
            return nil
        }
        return value
    }

    /// "0:0-3,5/1:2": vcpu 0 on cpus 0 to 3 and 5, vcpu 1 on cpu 2.
    private mutating func applyAffinities(_ text: ConfigurationText, _ problems: ProblemList) {
        var affinities: [VCPUAffinity] = []
        for (key, isHard) in [("hard-affinity" as StaticString, true), ("soft-affinity", false)] {
            guard let word = text.value(key) else { continue }
            for part in word.value.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
                let halves = part.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2, let number = Decimal.parse(halves[0]), number < UInt64(description.vcpus),
                    let cpus = CPUList.parse([UInt8](halves[1]))
                else {
                    problems.report(text.error(.badCPUList, word))
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

    private mutating func applyImages(_ text: ConfigurationText, _ problems: ProblemList) {
        if let word = text.value("load") {
            let (segments, problem) = Self.cells(word.value).map { Segment.list($0) } ?? ([], .badPropertyValue)
            if let problem { problems.report(text.error(problem, word)) }
            description.kernel.segments = segments
        }
        if let word = text.value("kernel-digest") {
            setDigest(&description.kernel, text, word, problems)
        }
        let ramdiskKeys: [StaticString] = ["ramdisk-digest", "ramdisk-size"]
        guard var ramdisk = description.ramdisk else {
            for key in ramdiskKeys {
                if let word = text.value(key) { problems.report(text.error(.conflictingProperties, word)) }
            }
            return
        }
        if let word = text.value("ramdisk-digest") { setDigest(&ramdisk, text, word, problems) }
        ramdisk.byteCount = number(text, "ramdisk-size", 1...(Limits.memory << 10), problems)
        description.ramdisk = ramdisk
    }

    /// A MODULE_CHECKSUM entry may have set one already: then both must agree.
    private func setDigest(
        _ image: inout ImageReference, _ text: ConfigurationText, _ word: ConfigurationText.Word,
        _ problems: ProblemList
    ) {
        guard let digest = ConfigurationText.digest(word.value) else {
            problems.report(text.error(.badPropertyValue, word))
            return
        }
        if let other = image.expectedDigest, other != digest {
            problems.report(text.error(.conflictingProperties, word))
        }
        image.expectedDigest = digest
    }

    /// "0x100000+0x2000,0x200000+0x10".
    private static func cells(_ text: [UInt8]) -> [UInt64]? {
        var cells: [UInt64] = []
        for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let halves = part.split(separator: UInt8(ascii: "+"), omittingEmptySubsequences: false)
            guard halves.count == 2, let address = Hexadecimal.number(halves[0]),
                let byteCount = Hexadecimal.number(halves[1])
            else {
                return nil
            }
            cells += [address, byteCount]
        }
        return cells
    }
}

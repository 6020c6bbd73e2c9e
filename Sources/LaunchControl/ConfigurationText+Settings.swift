// SPDX-License-Identifier: Apache-2.0

import Platform

extension ConfigurationText {
    static let launchKeys: [StaticString] = [
        "pcr", "tpm", "coverage", "handoff", "handoff-target", "xenstored", "cpupools",
    ]
    static let domainKeys: [StaticString] =
        [
            "name", "uuid", "depends-on", "weight", "cap", "mem-max", "hard-affinity", "soft-affinity", "bootargs",
            "load",
            "kernel-digest", "ramdisk-digest", "ramdisk-size", "log-region",
        ] + ExtendedConfiguration.textKeys + DomainConduct.textKeys

    /// The launch's settings belong to the boot domain's text.
    func refuseLaunchSettings(_ problems: ProblemList) {
        for word in words where Self.launchKeys.contains(where: { Line($0).bytes == word.key }) {
            problems.report(error(.conflictingProperties, word))
        }
    }

    /// A misspelt setting must not pass.
    func refuseUnknownKeys(_ problems: ProblemList) {
        for word in words
        where !(Self.launchKeys + Self.domainKeys).contains(where: { Line($0).bytes == word.key }) {
            problems.report(error(.unknownDombProperty, word))
        }
    }

    func apply(to settings: inout LaunchSettings, _ problems: ProblemList) {
        if let word = value("pcr") {
            if let number = Decimal.parse(word.value[...]), let short = UInt32(exactly: number),
                let pcr = PCRIndex(rawValue: short)
            {
                settings.pcr = pcr
            } else {
                problems.report(error(.badPropertyValue, word))
            }
        }
        settings.tpmPolicy =
            choice("tpm", [TPMPolicy.off, .warn, .require], problems) { $0.name } ?? settings.tpmPolicy
        settings.coverage = choice("coverage", [Coverage.images, .all], problems) { $0.name } ?? settings.coverage
        settings.handoff =
            choice("handoff", [HandoffKind.shutdown, .execute, .park], problems) { $0.name } ?? settings.handoff
        settings.handoffTarget = value("handoff-target")?.value
        if let word = value("xenstored") {
            settings.xenstored = Self.digest(word.value)
            if settings.xenstored == nil { problems.report(error(.badPropertyValue, word)) }
        }
        if let word = value("cpupools") {
            let texts = word.value.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            let (pools, problem) = CPUPoolDescription.list(texts)
            if let problem { problems.report(error(problem, word)) }
            settings.cpupools = pools
        }
        if let code = settings.handoffProblem { problems.report(place.error(code, "handoff-target")) }
    }

    /// "sha256:" and 64 hexadecimal digits.
    static func digest(_ text: [UInt8]) -> Digest? {
        let prefix = Line("sha256:").bytes
        guard text.starts(with: prefix) else { return nil }
        return Hexadecimal.bytes([UInt8](text.dropFirst(prefix.count))).flatMap { Digest(.sha256, bytes: $0) }
    }

    private func choice<Value>(
        _ key: StaticString, _ values: [Value], _ problems: ProblemList, name: (Value) -> StaticString
    ) -> Value? {
        guard let word = value(key) else { return nil }
        for value in values where Line(name(value)).bytes == word.value { return value }
        problems.report(error(.badPropertyValue, word))
        return nil
    }
}

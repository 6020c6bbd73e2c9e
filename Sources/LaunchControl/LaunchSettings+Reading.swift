// SPDX-License-Identifier: Apache-2.0

import Platform

extension LaunchSettings {
    /// What the launch's node or the boot domain's text says; a problem leaves that setting at its default.
    init(_ source: SettingSource) {
        self.init()
        let number = source.number(.pcr, in: 0...UInt64(PCRIndex.count - 1))
        pcr = number.flatMap { PCRIndex(rawValue: UInt32($0)) }
        tpmPolicy = source.choice(.tpm) ?? tpmPolicy
        coverage = source.choice(.coverage) ?? coverage
        handoff = source.choice(.handoff) ?? handoff
        handoffTarget = source.text(.handoffTarget)
        xenstored = source.digest(.xenstored)
        builder = source.choice(.builder) ?? builder
        cpupools = Self.cpupools(source)
        // Which cpu is in which pool is the plan's matter.
        for (index, pool) in cpupools.enumerated() where cpupools[..<index].contains(where: { $0.name == pool.name }) {
            source.report(.cpupools, .duplicateName)
        }
        // A target goes with `exec` and with nothing else, and is an absolute path.
        if (handoffTarget != nil) != (handoff == .execute) {
            source.report(.handoffTarget, .conflictingProperties)
        } else if let handoffTarget, handoffTarget.first != UInt8(ascii: "/") {
            source.report(.handoffTarget, .badPropertyValue)
        }
    }
    private static func cpupools(_ source: SettingSource) -> [CPUPoolDescription] {
        guard case .texts(let texts)? = source.values(.cpupools) else { return [] }
        let pools = texts.compactMap { CPUPoolDescription($0) }
        guard texts.count <= Limits.ranges, pools.count == texts.count else {
            source.report(.cpupools, texts.count > Limits.ranges ? .limitExceeded : .badPropertyValue)
            return []
        }
        return pools
    }
}

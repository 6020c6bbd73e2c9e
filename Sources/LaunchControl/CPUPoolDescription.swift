// SPDX-License-Identifier: Apache-2.0

import Platform

/// One of `domb,cpupools`: "NAME:SCHEDULER:CPUS", as in "realtime:rtds:2-3". Pools are numbered from 1 in their order.
public struct CPUPoolDescription: Equatable, Sendable {
    /// 1 to 63 letters, digits, `_`, `-` and `.`; the LCM's own, Xen knows the number alone.
    public var name: [UInt8]
    /// The scheduler of its cpus.
    public var scheduler: HypervisorFacts.Scheduler
    /// Physical cpus, taken from pool 0.
    public var cpus: CPUSet

    public init(name: [UInt8], scheduler: HypervisorFacts.Scheduler, cpus: CPUSet) {
        self.name = name
        self.scheduler = scheduler
        self.cpus = cpus
    }

    init?(_ text: ArraySlice<UInt8>) {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isName(parts[0]), let cpus = CPUList.parse([UInt8](parts[2])),
            let scheduler = HypervisorFacts.Scheduler.choices.first(where: { Line($0.name).bytes == [UInt8](parts[1]) })
        else { return nil }
        self.init(name: [UInt8](parts[0]), scheduler: scheduler, cpus: cpus)
    }

    /// 1 to 63 letters, digits, `_`, `-` and `.`: no character that separates anything in any form.
    public static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        name.count <= Limits.nameBytes && name.isWord(with: "_-.")
    }
}

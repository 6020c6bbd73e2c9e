// SPDX-License-Identifier: Apache-2.0

import Platform

extension CPUSet {
    /// Whether no cpu is in the set.
    var isEmpty: Bool { words.isEmpty }

    /// cpu 0 up to the last one before `count`.
    init(below count: UInt32) { self.init(0..<count) }

    /// These cpus.
    init(_ cpus: some Sequence<UInt32>) {
        self.init()
        for cpu in cpus { insert(cpu) }
    }

    /// The cpus of this set that are below `count`: what a host with that many cpus can honour.
    func limited(to count: UInt32) -> CPUSet { CPUSet(members.filter { $0 < count }) }

    /// The cpus that both have.
    func intersection(_ other: CPUSet) -> CPUSet { CPUSet(members.filter { other.contains($0) }) }

    /// The cpus of this one that the other has not.
    func subtracting(_ other: CPUSet) -> CPUSet { CPUSet(members.filter { !other.contains($0) }) }
}

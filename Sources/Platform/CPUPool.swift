// SPDX-License-Identifier: Apache-2.0

/// A cpupool: physical cpus with a scheduler of their own. A domain runs on one pool's cpus only.
public struct CPUPool: Equatable, Sendable {
    /// Xen's number. 0 is the pool that Xen makes when it starts, with every cpu.
    public var number: UInt32
    /// The LCM's name; empty where Xen told of the pool, which knows no names.
    public var name: [UInt8]
    /// The scheduler of its cpus.
    public var scheduler: HypervisorFacts.Scheduler
    /// Physical cpus.
    public var cpus: CPUSet

    public init(number: UInt32, name: [UInt8] = [], scheduler: HypervisorFacts.Scheduler, cpus: CPUSet) {
        self.number = number
        self.name = name
        self.scheduler = scheduler
        self.cpus = cpus
    }
}

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

extension HypervisorFacts.Scheduler {
    /// Those that a pool of an LCM may have. Under ARINC 653 a domain runs only by a schedule of the pool's, and nobody
    /// gives one.
    public static let choices: [HypervisorFacts.Scheduler] = [.credit, .credit2, .rtds, .null]

    /// `XEN_SCHEDULER_*` (xen/public/domctl.h).
    public init(number: UInt32) {
        switch number {
        case 5: self = .credit
        case 6: self = .credit2
        case 7: self = .arinc653
        case 8: self = .rtds
        case 9: self = .null
        default: self = .other(number)
        }
    }

    /// XEN_SCHEDULER_*: 5 credit, 6 credit2, 7 ARINC 653, 8 RTDS, 9 null.
    public var number: UInt32 {
        switch self {
        case .credit: 5
        case .credit2: 6
        case .arinc653: 7
        case .rtds: 8
        case .null: 9
        case .other(let number): number
        }
    }

    /// As Xen's option `sched=` has it.
    public var name: StaticString {
        switch self {
        case .credit: "credit"
        case .credit2: "credit2"
        case .arinc653: "arinc653"
        case .rtds: "rtds"
        case .null: "null"
        case .other: "unknown"
        }
    }
}

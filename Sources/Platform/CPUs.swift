// SPDX-License-Identifier: Apache-2.0

/// A set of physical cpus as a bitmap, cpu 0 in bit 0 of the first word: `xc_cpumap_t` as 64-bit words.
public struct CPUSet: Equatable, Sendable {
    /// The bitmap, without words of zeros at its end: equal sets have equal words.
    public private(set) var words: [UInt64] = []

    public init() {}

    public init(words: [UInt64]) {
        self.words = words
        while let last = self.words.last, last == 0 { self.words.removeLast() }
    }

    /// Takes memory for every cpu below: the caller bounds it.
    public mutating func insert(_ cpu: UInt32) {
        let word = Int(cpu / 64)
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(cpu % 64)
    }

    /// Whether the cpu is in the set.
    public func contains(_ cpu: UInt32) -> Bool {
        let word = Int(cpu / 64)
        return word < words.count && words[word] >> UInt64(cpu % 64) & 1 == 1
    }

    /// The cpus in the set, ascending.
    public var members: [UInt32] { (0..<UInt32(64 * words.count)).filter { contains($0) } }

    /// How many cpus are in the set.
    public var count: Int { members.count }

    /// The highest cpu in the set; `nil` if it is empty.
    public var highest: UInt32? { members.last }
}

extension Line {
    /// "0-3,5", the form that it is read from.
    public init(_ set: CPUSet) {
        var runs: [ClosedRange<UInt32>] = []
        for cpu in set.members {
            if let last = runs.last, last.upperBound + 1 == cpu {
                runs[runs.count - 1] = last.lowerBound...cpu
            } else {
                runs.append(cpu...cpu)
            }
        }
        self.init(runs) { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    }
}

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

extension HypervisorFacts {
    /// A scheduler of Xen's, by its number; those that this table does not know are `unknown`.
    public struct Scheduler: Equatable, Sendable {
        /// XEN_SCHEDULER_CREDIT
        public static let credit = Scheduler(5, "credit")
        /// XEN_SCHEDULER_CREDIT2
        public static let credit2 = Scheduler(6, "credit2")
        /// XEN_SCHEDULER_ARINC653
        public static let arinc653 = Scheduler(7, "arinc653")
        /// XEN_SCHEDULER_RTDS
        public static let rtds = Scheduler(8, "rtds")
        /// XEN_SCHEDULER_NULL
        public static let null = Scheduler(9, "null")
        /// Those that a pool of an LCM may have. Under ARINC 653 a domain runs only by a schedule of the pool's, and
        /// nobody gives one.
        public static let choices = [credit, credit2, rtds, null]

        /// `XEN_SCHEDULER_*` (xen/public/domctl.h).
        public let number: UInt32
        /// As Xen's option `sched=` has it.
        public let name: StaticString

        private init(_ number: UInt32, _ name: StaticString) {
            self.number = number
            self.name = name
        }

        public init(number: UInt32) {
            self = (Self.choices + [.arinc653]).first { $0.number == number } ?? Scheduler(number, "unknown")
        }

        public static func == (left: Scheduler, right: Scheduler) -> Bool { left.number == right.number }
    }
}

/// What each vcpu of a domain gets under the RTDS scheduler: `budget` microseconds in every `period`.
public struct RTDSParameters: Equatable, Sendable {
    /// Microseconds.
    public var period: UInt32
    /// Microseconds of each period.
    public var budget: UInt32

    /// RTDS_MIN_PERIOD and RTDS_MIN_BUDGET (Xen, common/sched/rt.c); RTDS_MAX_PERIOD is beyond 32 bits. Xen checks them
    /// for single vcpus only, and takes anything but zero for a whole domain.
    public static let least: UInt32 = 10

    public init(period: UInt32, budget: UInt32) {
        self.period = period
        self.budget = budget
    }

    /// Whether Xen would take it, and it makes sense: Xen itself takes a budget beyond the period for a whole domain.
    public var isPossible: Bool { budget >= Self.least && budget <= period }
}

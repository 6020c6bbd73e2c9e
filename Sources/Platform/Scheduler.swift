// SPDX-License-Identifier: Apache-2.0

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

// SPDX-License-Identifier: Apache-2.0

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

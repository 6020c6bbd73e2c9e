// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The time of a simulated host, in microseconds: nothing passes but what somebody spends. Host, TPM and journal of one
/// launch share one.
public final class VirtualClock: Sendable {
    private let value: Atomic<UInt64>

    public init(_ microseconds: UInt64 = 0) { value = Atomic(microseconds) }

    public var now: UInt64 { value.load(ordering: .relaxed) }

    public func spend(_ microseconds: UInt64) { value.wrappingAdd(microseconds, ordering: .relaxed) }

    /// Does nothing where that time has passed.
    public func reach(_ time: UInt64) { value.max(time, ordering: .relaxed) }
}

// SPDX-License-Identifier: Apache-2.0

/// An HVM parameter and the value that an LCM gives it.
public struct HVMSetting: Equatable, Sendable {
    /// Which one.
    public let parameter: HVMParameter
    /// What it is set to.
    public let value: UInt64

    /// `nil` for a value that the parameter cannot have, and for a parameter that is not an LCM's to set.
    public init?(_ parameter: HVMParameter, _ value: UInt64) {
        guard parameter.mayBe(value) else { return nil }
        self.parameter = parameter
        self.value = value
    }

    /// The domain's own port of a ring.
    public init(port: UInt32, of ring: ReservedGrant.Reference) {
        parameter = ring.channelParameter
        value = UInt64(port)
    }
}

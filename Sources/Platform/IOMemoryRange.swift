// SPDX-License-Identifier: Apache-2.0

/// Frames of 4 KiB of a device's memory, at least one, and where a domain has them.
public struct IOMemoryRange: Equatable, Sendable {
    /// The machine frame.
    public let host: UInt64
    /// Frames of 4 KiB.
    public let count: UInt64
    /// The guest-physical frame.
    public let guest: UInt64

    /// x86 has 52 bits of physical address; Xen refuses what is beyond the processor's own.
    public static let frameLimit: UInt64 = 1 << 40

    /// `nil` for none, and for frames that cannot be.
    public init?(host: UInt64, count: UInt64, guest: UInt64) {
        guard count > 0, host < Self.frameLimit, count <= Self.frameLimit - host, guest < Self.frameLimit,
            count <= Self.frameLimit - guest
        else { return nil }
        self.host = host
        self.count = count
        self.guest = guest
    }

    /// The machine's.
    public var hostFrames: Range<UInt64> { host..<(host + count) }
    /// The domain's.
    public var guestFrames: Range<UInt64> { guest..<(guest + count) }
}

// SPDX-License-Identifier: Apache-2.0

/// x86 I/O ports, at least one.
public struct IOPortRange: Equatable, Sendable {
    /// 0 to 65535.
    public let first: UInt32
    /// 1 and above; the last port is at most 65535.
    public let count: UInt32

    /// MAX_IOPORTS (Xen, arch/x86/domctl.c).
    public static let limit: UInt32 = 0x10000

    /// `nil` for none, and for ports that there are not.
    public init?(first: UInt64, count: UInt64) {
        guard count > 0, first < UInt64(Self.limit), count <= UInt64(Self.limit) - first else { return nil }
        self.first = UInt32(first)
        self.count = UInt32(count)
    }
}

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

/// A PCI function of the host: segment, bus, device and function in one word, as Xen's `machine_sbdf` has them.
public struct PCIAddress: RawRepresentable, Equatable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// "0000:03:00.1", hexadecimal, every digit; `nil` for anything else.
    public init?(_ text: ArraySlice<UInt8>) {
        let form = Line("hhhh:hh:hh.h").bytes
        guard text.count == form.count else { return nil }
        var digits: UInt64 = 0
        for (byte, wanted) in zip(text, form) {
            let nibble = Hexadecimal.nibble(byte)
            guard wanted == UInt8(ascii: "h") ? nibble != nil : byte == wanted else { return nil }
            if let nibble { digits = digits << 4 | UInt64(nibble) }
        }
        let (bus, device, function) = (digits >> 12, digits >> 4 & 0xFF, digits & 0xF)
        guard device < 32, function < 8 else { return nil }
        rawValue = UInt32(bus << 8 | device << 3 | function)
    }

    /// The text that it is read from.
    public var text: Line {
        let bytes = [24, 16, 8].map { UInt8(truncatingIfNeeded: rawValue >> $0) }
        return
            "\(hexBytes: bytes[..<2]):\(hexBytes: bytes[2...]):\(hexBytes: [UInt8(rawValue >> 3 & 0x1F)]).\(rawValue & 7)"
    }
}

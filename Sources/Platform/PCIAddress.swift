// SPDX-License-Identifier: Apache-2.0

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

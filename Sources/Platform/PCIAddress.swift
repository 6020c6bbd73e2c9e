// SPDX-License-Identifier: Apache-2.0

/// A PCI function of the host: segment, bus, device and function in one word, as Xen's `machine_sbdf` has them.
public struct PCIAddress: RawRepresentable, Equatable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// "0000:03:00.1", hexadecimal, every digit; `nil` for anything else.
    public init?(_ text: ArraySlice<UInt8>) {
        let form = Line("hhhh:hh:hh.h").bytes
        guard text.count == form.count else { return nil }
        var digits: [UInt32] = []
        for (byte, wanted) in zip(text, form) {
            if wanted != UInt8(ascii: "h") {
                guard byte == wanted else { return nil }
            } else if let nibble = Hexadecimal.nibble(byte) {
                digits.append(UInt32(nibble))
            } else {
                return nil
            }
        }
        guard digits.count == 9, digits[6] < 2, digits[8] < 8 else { return nil }
        var value: UInt32 = 0
        for digit in digits[..<6] { value = value << 4 | digit }
        rawValue = value << 8 | (digits[6] << 4 | digits[7]) << 3 | digits[8]
    }

    /// The text that it is read from.
    public var text: Line {
        let bytes = [24, 16, 8].map { UInt8(truncatingIfNeeded: rawValue >> $0) }
        return
            "\(hexBytes: bytes[..<2]):\(hexBytes: bytes[2...]):\(hexBytes: [UInt8(rawValue >> 3 & 0x1F)]).\(rawValue & 7)"
    }
}

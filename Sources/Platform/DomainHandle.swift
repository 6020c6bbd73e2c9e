// SPDX-License-Identifier: Apache-2.0

/// A domain's UUID, `xen_domain_handle_t`: 16 bytes, kept as two big-endian halves so that it needs no allocation.
public struct DomainHandle: Equatable, Sendable {
    /// Bytes 0 to 7, big-endian.
    public let high: UInt64
    /// Bytes 8 to 15, big-endian.
    public let low: UInt64

    /// Of every handle.
    public static let byteCount = 16
    /// What a builder that sets no handle leaves.
    public static let unset = DomainHandle(high: 0, low: 0)

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes a handle of exactly 16 bytes; `nil` for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// As Xen and the log have them.
    public var bytes: [UInt8] {
        [high, low].flatMap { half in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> UInt64($0)) }
        }
    }
}

extension DomainHandle {
    /// RFC 9562's text: "01234567-89ab-cdef-0123-456789abcdef".
    public var text: Line {
        let bytes = bytes
        return Line([0..<4, 4..<6, 6..<8, 8..<10, 10..<16], separator: "-") { "\(hexBytes: bytes[$0])" }
    }
}

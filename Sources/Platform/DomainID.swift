// SPDX-License-Identifier: Apache-2.0

/// A Xen domain identifier, `domid_t` (xen/public/xen.h): 16 bits, below the reserved range.
///
/// Reserved values (`DOMID_FIRST_RESERVED`, 0x7FF0, and above, `DOMID_SELF` among them) name no initial domain and
/// cannot be made.
public struct DomainID: Equatable, Comparable, Sendable {
    /// `DOMID_FIRST_RESERVED`.
    public static let firstReserved: UInt16 = 0x7FF0

    /// Xen's number; libxenctrl takes it as 32 bits.
    public let rawValue: UInt16

    public init?(rawValue: UInt16) {
        guard rawValue < Self.firstReserved else { return nil }
        self.rawValue = rawValue
    }

    public static func < (left: DomainID, right: DomainID) -> Bool { left.rawValue < right.rawValue }
}

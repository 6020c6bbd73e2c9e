// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The values that an LCM has units and forms of its own for.
extension DescriptionValue {
    /// "64M", with K, M or G. A number alone would leave the unit open: xl.cfg's is MiB, the device tree's KiB.
    var kibibytes: UInt64? {
        guard let text else { return nil }
        let units: [Character: UInt64] = ["K": 1, "M": 1 << 10, "G": 1 << 20]
        guard let last = text.last, let unit = units[last], let number = Self.number(text.dropLast()) else {
            wrong("'\(text)' is no size: a number and K, M or G, as in 64M")
            return nil
        }
        let (kibibytes, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow, (1...Limits.memory).contains(kibibytes) else {
            wrong("\(text) is out of range: 1K to \(Limits.memory >> 20)G")
            return nil
        }
        return kibibytes
    }

    var handle: DomainHandle? {
        guard let text else { return nil }
        let digits = text.split(separator: "-", omittingEmptySubsequences: false)
        let isGrouped = digits.map { $0.count } == [8, 4, 4, 4, 12] || digits.count == 1
        guard isGrouped, let bytes = Self.bytes(digits.joined()), let handle = DomainHandle(bytes: bytes) else {
            wrong("'\(text)' is no uuid: 32 hexadecimal digits, in groups of 8-4-4-4-12 or in one")
            return nil
        }
        return handle
    }

    var cpus: CPUSet? {
        guard let text else { return nil }
        var set = CPUSet()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map { Self.number($0) }
            guard bounds.count <= 2, let first = bounds.first ?? nil, let last = bounds.last ?? nil, first <= last,
                last < UInt64(Limits.cpus)
            else {
                wrong("'\(text)' is no list of cpus, as in 0-3,5, each below \(Limits.cpus)")
                return nil
            }
            for cpu in first...last { set.insert(UInt32(cpu)) }
        }
        return set
    }

    /// The standard for a whole domain cannot be one image's digest.
    func expectedDigest(allowingHex: Bool) -> LaunchDescription.ExpectedDigest? {
        guard let text else { return nil }
        if text == "auto" { return .auto }
        if text == "none" { return LaunchDescription.ExpectedDigest.none }
        if allowingHex, let bytes = Self.bytes(text), let digest = Digest(.sha256, bytes: bytes) {
            return .given(digest)
        }
        wrong("'\(text)' is neither auto nor none\(allowingHex ? " nor 64 hexadecimal digits (SHA-256)" : "")")
        return nil
    }

    private static func bytes(_ digits: String) -> [UInt8]? {
        let nibbles = digits.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard nibbles.count == digits.utf8.count, nibbles.count % 2 == 0 else { return nil }
        return stride(from: 0, to: nibbles.count, by: 2).map { UInt8(nibbles[$0] << 4 | nibbles[$0 + 1]) }
    }
}

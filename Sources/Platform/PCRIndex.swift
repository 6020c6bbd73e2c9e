// SPDX-License-Identifier: Apache-2.0

/// A PCR of the PC Client profile: 0 to 23.
public struct PCRIndex: Equatable, Sendable {
    /// 0 to 23.
    public let rawValue: UInt8

    /// Of the PC Client profile.
    public static let count: UInt8 = 24
    /// The default: free of firmware's use, static, not resettable (TCG PC Client Platform Firmware Profile, 2.3.4).
    public static let standard = PCRIndex(uncheckedRawValue: 11)

    public init?(rawValue: UInt32) {
        guard rawValue < UInt32(Self.count) else { return nil }
        self.rawValue = UInt8(rawValue)
    }

    private init(uncheckedRawValue: UInt8) { rawValue = uncheckedRawValue }

    /// Whether a launch may be measured there: 0 to 9 are extended by firmware and boot loader, whose log explains them, and
    /// 16 and 23 can be reset by software.
    public var mayHoldLaunch: Bool { rawValue > 9 && rawValue != 16 && rawValue != 23 }

    /// 17 to 22 take extends from locality 2 only, which a stock Linux does not give.
    public var needsLocality: Bool { (17...22).contains(rawValue) }
}

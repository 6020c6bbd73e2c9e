// SPDX-License-Identifier: Apache-2.0

/// Words of a boot command line of the form NAME=VALUE.
public enum BootOptions {
    /// The value of the last such word, as both Linux and Xen have it; `nil` where there is none.
    public static func value(of name: StaticString, in commandLine: [UInt8]) -> [UInt8]? {
        let start = Line(name).bytes + [UInt8(ascii: "=")]
        var value: [UInt8]?
        for word in commandLine.split(separator: UInt8(ascii: " ")) where word.starts(with: start) {
            value = [UInt8](word.dropFirst(start.count))
        }
        return value
    }

    /// Xen's `hardware_dom=` (docs/misc/xen-command-line.pandoc): the domid that takes the hardware role over. 0 is the
    /// boot domain and so means none.
    public static func lateHardwareDomain(in xenCommandLine: [UInt8]) -> DomainID? {
        guard let digits = value(of: "hardware_dom", in: xenCommandLine), let number = Decimal.parse(digits[...]),
            number != 0
        else { return nil }
        return UInt16(exactly: number).flatMap { DomainID(rawValue: $0) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

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

    /// Xen's `hardware_dom=`: the domid that takes the hardware role over. 0 is the boot domain and so means none.
    public static func lateHardwareDomain(in xenCommandLine: [UInt8]) -> UInt32? {
        let longest = 5
        guard let digits = value(of: "hardware_dom", in: xenCommandLine), (1...longest).contains(digits.count) else {
            return nil
        }
        var domid: UInt32 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            domid = domid * 10 + UInt32(digit - UInt8(ascii: "0"))
        }
        return domid == 0 ? nil : domid
    }
}

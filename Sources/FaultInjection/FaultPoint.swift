// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where the word domb.fault= of the command line wants the trap.
public enum FaultPoint: Word, Named {
    case before = "before"
    case between = "between"
    case after = "after"
    /// Not a trap: a Linux call that DomB has no use for once it is set up.
    case call = "call"

    init?(_ commandLine: [UInt8]) {
        guard let word = BootOptions.value(of: "domb.fault", in: commandLine) else { return nil }
        self.init(named: word)
    }

    /// Everything but that word, which is not one of DomB's settings.
    public static func removed(from commandLine: [UInt8]) -> [UInt8] {
        let words = commandLine.split(separator: UInt8(ascii: " ")).filter {
            !$0.starts(with: Line("domb.fault=").bytes)
        }
        return [UInt8](words.joined(separator: [UInt8(ascii: " ")]))
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

/// DomB's own settings on the boot domain's kernel command line, which the boot loader's measurement covers. They may
/// only tighten what the LCM says (I9).
public struct LaunchArguments: Equatable, Sendable {
    /// `domb.lcm=sha256:HEX`: the only LCM that may be launched.
    public var pinnedDigest: Digest?
    /// `domb.tpm=`: the least policy that an LCM may ask for.
    public var leastTPMPolicy = TPMPolicy.off
    /// `domb.classic=PATH`: the init to run where there is no LCM at all.
    public var classicInit: [UInt8]?
    /// `domb.end=`: what follows a failure.
    public var end = End.powerOff
    /// The whole command line, as it is measured.
    public var commandLine: [UInt8]
    /// Who launches. No word of the kernel's command line can say so: PID 1 is always the boot domain's.
    public var launcher = LaunchEvent.Identity.Launcher.bootDomain
    /// `--allow-others`, for a command: domains may exist that the LCM does not name.
    public var allowsOthers = false

    /// What follows a failure.
    public enum End: Word, Named, Sendable {
        case powerOff = "poweroff"
        case reboot = "reboot"
        case hold = "hold"
    }

    /// A `domb.` word that is not one of the above, or has a value that it cannot have, or stands twice.
    public struct ParseFailure: Error, Equatable, Sendable {
        /// The word that was not understood, or stood twice.
        public let word: [UInt8]
    }

    public init(commandLine: [UInt8] = []) {
        self.commandLine = commandLine
    }

    /// Reads the words that begin with "domb."; every other is Linux's.
    public init(parsing commandLine: [UInt8]) throws(ParseFailure) {
        self.init(commandLine: commandLine)
        var seen: [[UInt8]] = []
        for word in commandLine.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
            guard word.starts(with: Line("domb.").bytes) else { continue }
            let parts = word.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let key = [UInt8](parts[0])
            guard parts.count == 2, !seen.contains(key), set(key, [UInt8](parts[1])) else {
                throw ParseFailure(word: [UInt8](word))
            }
            seen.append(key)
        }
    }

    private mutating func set(_ key: [UInt8], _ value: [UInt8]) -> Bool {
        if key == Line("domb.lcm").bytes {
            pinnedDigest = Digest.sha256(text: value)
            return pinnedDigest != nil
        }
        if key == Line("domb.tpm").bytes {
            guard let policy = TPMPolicy(named: value) else { return false }
            leastTPMPolicy = policy
            return true
        }
        if key == Line("domb.classic").bytes {
            classicInit = value
            return value.first == UInt8(ascii: "/")
        }
        if key == Line("domb.end").bytes {
            guard let end = End(named: value) else { return false }
            self.end = end
            return true
        }
        return false
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

/// DomB's own settings on the boot domain's kernel command line, which the boot loader's measurement covers. They decide
/// what the LCM must not, and tighten what it says (I9).
public struct LaunchArguments: Equatable, Sendable {
    /// `domb.lcm=sha256:HEX`: the only LCM that may be launched.
    public var pinnedDigest: Digest?
    /// `domb.pcr=N`: where every measurement goes, and every failure. The LCM cannot choose it: it could leave the one that
    /// a verifier looks at open for whatever it launches.
    public var pcr = PCRIndex.standard
    /// `domb.tpm=`: the least policy that an LCM may ask for.
    public var leastTPMPolicy = TPMPolicy.off
    /// `domb.exec=PATH`: the one program that may become PID 1 after DomB, by the LCM's handoff or without an LCM.
    public var nextInit: [UInt8]?
    /// `domb.classic=PATH`: the init to run where there is no LCM at all; `domb.exec=` has to allow it.
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

    /// Reads the words that begin with "domb."; every other is Linux's. A word ends where it does for Linux, whatever the
    /// quotes (lib/cmdline.c, next_arg); a demand in quotes, which Linux would take away, is refused.
    public init(parsing commandLine: [UInt8]) throws(ParseFailure) {
        self.init(commandLine: commandLine)
        if let word = read().first { throw ParseFailure(word: word) }
    }

    /// For the end of a boot whose command line is refused: what of it is understood. Which PCR is closed, and what becomes
    /// of the machine, does not hang on another word.
    public init(understoodOf commandLine: [UInt8]) {
        self.init(commandLine: commandLine)
        _ = read()
    }

    /// Returns the words that are not understood, or stand twice; the first one of a key counts.
    private mutating func read() -> [[UInt8]] {
        var seen: [[UInt8]] = []
        var wrong: [[UInt8]] = []
        for word in commandLine.split(whereSeparator: {
            (0x0A...0x0D).contains($0) || $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
        }) {
            guard word.drop(while: { $0 == UInt8(ascii: "\"") }).starts(with: Line("domb.").bytes) else { continue }
            let parts = word.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let key = [UInt8](parts[0])
            if parts.count == 2, !seen.contains(key), set(key, [UInt8](parts[1])) {
                seen.append(key)
            } else {
                wrong.append([UInt8](word))
            }
        }
        return wrong
    }

    private mutating func set(_ key: [UInt8], _ value: [UInt8]) -> Bool {
        if key == Line("domb.lcm").bytes {
            pinnedDigest = Digest.sha256(text: value)
            return pinnedDigest != nil
        }
        if key == Line("domb.pcr").bytes {
            let number = Decimal.parse(value[...]).flatMap { UInt32(exactly: $0) }
            guard let pcr = number.flatMap({ PCRIndex(rawValue: $0) }), pcr.mayHoldLaunch else { return false }
            self.pcr = pcr
            return true
        }
        if key == Line("domb.tpm").bytes {
            guard let policy = TPMPolicy(named: value) else { return false }
            leastTPMPolicy = policy
            return true
        }
        if key == Line("domb.exec").bytes {
            nextInit = value
            return value.first == UInt8(ascii: "/")
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

    /// Whoever asks for it: only what is named here may become PID 1.
    func checkNextInit(_ path: [UInt8]) throws(PlanRefusal) {
        if let refusal = refusal(ofNextInit: path) { throw refusal }
    }

    func refusal(ofNextInit path: [UInt8]) -> PlanRefusal? {
        guard path != nextInit else { return nil }
        let allowed: Line = nextInit.map { "\(escaped: $0) alone" } ?? "none"
        return PlanRefusal(
            .nextInit, "the next init is to be \(escaped: path), and the command line allows \(allowed) (domb.exec=)")
    }
}

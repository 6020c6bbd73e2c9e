// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform
import Sequencer

/// The call of domb-launch, in a dom0:
///
///     domb-launch --lcm FILE [--log FILE] [--trace FILE] [--allow-others] [domb.lcm=sha256:HEX] [domb.tpm=POLICY]
///         [domb.pcr=N]
public struct CommandArguments: Equatable, Sendable {
    /// The path of the LCM.
    public private(set) var lcm: [UInt8] = []
    /// Where the event log goes instead of standard error.
    public private(set) var log: [UInt8]?
    /// Where the trace goes; there is none without it.
    public private(set) var trace: [UInt8]?
    /// Whether domains may exist that the LCM does not name.
    public private(set) var allowsOthers = false
    /// `domb.` words, as on the kernel's command line, a space before each.
    private var words: [UInt8] = []

    /// A word that is not understood, or an option that is missing or lacks its value.
    public struct Misuse: Error, Equatable, Sendable {
        /// As it was given.
        public let word: [UInt8]

        public init(word: [UInt8]) { self.word = word }
    }

    /// Linux: PATH_MAX, with its zero.
    private static let pathLimit = 4096

    /// `words` are those behind the program's name.
    public init(parsing words: [[UInt8]]) throws(Misuse) {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == Line("--allow-others").bytes, !allowsOthers {
                allowsOthers = true
            } else if word == Line("--lcm").bytes, lcm.isEmpty {
                lcm = try Self.path(word, &rest)
            } else if word == Line("--log").bytes, log == nil {
                log = try Self.path(word, &rest)
            } else if word == Line("--trace").bytes, trace == nil {
                trace = try Self.path(word, &rest)
            } else if Self.isSetting(word) {
                self.words += [UInt8(ascii: " ")] + word
            } else {
                throw Misuse(word: word)
            }
        }
        guard !lcm.isEmpty else { throw Misuse(word: Line("--lcm").bytes) }
    }

    /// An option's value. One that looks like an option is a value that was forgotten.
    private static func path(_ option: [UInt8], _ rest: inout ArraySlice<[UInt8]>) throws(Misuse) -> [UInt8] {
        guard let value = rest.popFirst(), let first = value.first, first != UInt8(ascii: "-"), value.count < pathLimit
        else { throw Misuse(word: option) }
        return value
    }

    private static func isSetting(_ word: [UInt8]) -> Bool {
        let keys = [Line("domb.lcm=").bytes, Line("domb.tpm=").bytes, Line("domb.pcr=").bytes]
        guard keys.contains(where: { word.starts(with: $0) }),
            !word.contains(UInt8(ascii: " ")), !word.contains(UInt8(ascii: "\t"))
        else { return false }
        do throws(LaunchArguments.ParseFailure) {
            _ = try LaunchArguments(parsing: word)
            return true
        } catch {
            return false
        }
    }

    /// With dom0's own kernel command line, whose words hold too. The log has that line alone: it is what the boot
    /// loader measured.
    public func launch(commandLine: [UInt8]) throws(LaunchArguments.ParseFailure) -> LaunchArguments {
        var arguments = try LaunchArguments(parsing: commandLine + words)
        arguments.commandLine = commandLine
        arguments.launcher = .command
        arguments.allowsOthers = allowsOthers
        return arguments
    }
}

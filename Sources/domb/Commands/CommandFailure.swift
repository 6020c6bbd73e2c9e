// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform

/// A command ended without what it was asked for. The numbers are those of sysexits.h.
struct CommandFailure: Error {
    let exitCode: ExitCode
    /// Empty where everything was said already.
    let message: String

    static func refusal(_ message: String) -> CommandFailure { CommandFailure(exitCode: ExitCode(1), message: message) }
    static func usage(_ message: String) -> CommandFailure { CommandFailure(exitCode: ExitCode(64), message: message) }
    static func malformed(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: ExitCode(65), message: message)
    }
    var isMalformed: Bool { exitCode.rawValue == 65 }
    static func noInput(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: ExitCode(66), message: message)
    }
    /// Several things are wrong: as many are said as somebody may read.
    static func refusal<Items: Collection>(_ items: Items, _ line: (Items.Element) -> String) -> CommandFailure {
        .refusal(Excerpt.lines(of: items, line).joined(separator: "\ndomb: "))
    }
    static func malformed<Items: Collection>(_ items: Items, _ line: (Items.Element) -> String) -> CommandFailure {
        .malformed(Excerpt.lines(of: items, line).joined(separator: "\ndomb: "))
    }
    /// A program or device that the command needs is not there.
    static func unavailable(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: ExitCode(69), message: message)
    }
    static func internalError(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: ExitCode(70), message: message)
    }
    static func inputOutput(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: ExitCode(74), message: message)
    }
}

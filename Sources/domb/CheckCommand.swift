// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether DomB would take an LCM.",
        discussion: "Prints \"ok\", or what is wrong and where; then the exit code is 65.")

    @Flag(help: "Print JSON: schema domb-check, version 1.")
    var json = false
    @Argument(help: "The LCM: a device tree blob.")
    var lcm: String

    func run() throws {
        let bytes = try HostFile.read(lcm, limit: Limits.moduleBytes)
        do throws(ParseError) {
            let file = try LaunchControlFile(parsing: bytes, from: lcm)
            file.noteUnknownProperties()
            print(json ? report("ok", error: .null).written() : "ok")
        } catch {
            if json { print(report("malformed", error: error.json).written()) }
            throw CommandFailure.malformed("\(lcm): \(error.line)")
        }
    }

    private func report(_ result: String, error: JSON) -> JSON {
        .object([
            ("format", .string("domb-check")), ("version", .number(1)), ("file", .string(lcm)),
            ("result", .string(result)), ("error", error),
        ])
    }
}

extension ParseError {
    var json: JSON {
        .object([
            ("code", .string("\(code)")), ("text", .string(code.text.description)), ("place", .string(text(place))),
            ("offset", .number(offset)),
        ])
    }
}

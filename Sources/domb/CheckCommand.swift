// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Sequencer

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether DomB would take an LCM.",
        discussion: """
            Prints "ok", or what is wrong and where: exit code 65 for what is malformed, 1 for what the plan refuses on \
            the host that the options describe (see domb plan).
            """)

    @OptionGroup var host: AssumedHost
    @Flag(help: "Print JSON: schema domb-check, version 1.")
    var json = false
    @Argument(help: "The LCM: a device tree blob.")
    var lcm: String

    func run() throws {
        let bytes = try HostFile.read(lcm, limit: Limits.moduleBytes)
        let file: LaunchControlFile
        do throws(ParseError) {
            file = try LaunchControlFile(parsing: bytes, from: lcm)
        } catch {
            if json { print(report("malformed", error: error.json).written()) }
            throw CommandFailure.malformed("\(lcm): \(error.line)")
        }
        file.noteUnknownProperties()
        let arguments = try host.parsedArguments()
        do throws(PlanRefusal) {
            _ = try LaunchPlan(
                module: file.module, digest: file.digest, facts: host.facts(for: file.module), arguments: arguments)
        } catch {
            let line = error.line(in: file.module)
            if json { print(report("refused", error: error.json(line)).written()) }
            throw CommandFailure.refusal("\(lcm): refused: \(line)")
        }
        print(json ? report("ok", error: .null).written() : "ok")
    }

    private func report(_ result: String, error: JSON) -> JSON {
        .object([
            ("format", .string("domb-check")), ("version", .number(1)), ("file", .string(lcm)),
            ("result", .string(result)), ("error", error),
        ])
    }
}

extension PlanRefusal {
    fileprivate func json(_ line: String) -> JSON {
        .object([
            ("code", .string(code)), ("text", .string(line)), ("domid", .optional(domid) { .number($0.rawValue) }),
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

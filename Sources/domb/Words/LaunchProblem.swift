// SPDX-License-Identifier: Apache-2.0

import LaunchControl

/// Something that is wrong with an LCM, and what may have been meant.
struct LaunchProblem: Equatable {
    let error: ParseError
    let suggestion: String?

    var code: ParseError.Code { error.code }

    init(_ error: ParseError, suggestion: String?) {
        self.error = error
        self.suggestion = suggestion
    }

    static func list(_ reading: LCM.Reading, of bytes: [UInt8]) -> [LaunchProblem] {
        let names = MeantName(reading.lcm, bytes)
        return reading.problems.map { LaunchProblem($0, suggestion: $0.suggestion ?? names.suggestion(for: $0)) }
    }

    /// "/chosen/hypervisor/broker:domb,weight: TEXT (offset 412)".
    var line: String {
        let reference = error.reference.isEmpty ? "" : ": '\(text(error.reference))'"
        let hint = suggestion.map { " (did you mean \($0)?)" } ?? ""
        let what = "\(error.code.text)\(reference)\(hint) (offset \(error.offset))"
        return error.place.isEmpty ? what : "\(text(error.place)): \(what)"
    }

    var json: JSON {
        .object([
            ("code", .string("\(error.code)")), ("text", .string(error.code.text.description)),
            ("place", .string(text(error.place))), ("offset", .number(error.offset)),
            ("reference", .optional(error.reference.isEmpty ? nil : text(error.reference)) { .string($0) }),
            ("suggestion", .optional(suggestion) { .string($0) }),
        ])
    }
}

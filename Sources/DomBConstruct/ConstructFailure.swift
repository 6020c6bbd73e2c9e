// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LinuxBindings
import Platform

/// Why the domains are not built as the LCM says. domb-init gets it as an argument, and ends the boot.
enum ConstructFailure: Error, Equatable {
    case system(SystemError)
    case hypercall(HypercallError)
    case otherXen(OtherXen)
    /// Never empty.
    case refusals([Refusal])
    case build(BuildFailure)

    /// What to tell, a line for each thing that failed.
    var lines: [Line] {
        switch self {
        case .refusals(let refusals):
            let more = refusals.count - Excerpt.limit
            return refusals.prefix(Excerpt.limit).map { $0.line } + (more > 0 ? ["and \(more) more"] : [])
        case .build(let failure): return [failure.line]
        case .otherXen(let other): return [other.message]
        case .hypercall(let error): return [Self.line(error.operation.name, code: error.code)]
        case .system(let error): return [Self.line(error.call.name, path: error.path, code: error.code)]
        }
    }

    /// More than a person reads of an error; the console has all of it.
    private static let argumentLimit = 1000

    /// All of it in one line for domb-init, or its beginning and how much more there is.
    var argument: CPath? {
        var text = Line()
        let lines = lines
        for (index, line) in lines.enumerated() {
            guard text.bytes.count + line.bytes.count <= Self.argumentLimit || index == 0 else {
                text.append("; and \(lines.count - index) more")
                break
            }
            if index > 0 { text.append("; ") }
            text.append(line)
        }
        return CPath(text.bytes)
    }

    private static func line(_ what: StaticString, path: [UInt8] = [], code: Int32) -> Line {
        path.isEmpty ? "\(what): errno \(code)" : "\(what) \(escaped: path): errno \(code)"
    }
}

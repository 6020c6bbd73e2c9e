// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import Platform

/// Why the construct stage ends without domb-init.
enum ConstructFailure: Error, Equatable {
    case system(SystemError)
    case hypercall(HypercallError)
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
        case .hypercall(let error): return [Self.line(error.operation.name, code: error.code)]
        case .system(let error): return [Self.line(error.call.name, path: error.path, code: error.code)]
        }
    }

    private static func line(_ what: StaticString, path: [UInt8] = [], code: Int32) -> Line {
        path.isEmpty ? "\(what): errno \(code)" : "\(what) \(escaped: path): errno \(code)"
    }
}

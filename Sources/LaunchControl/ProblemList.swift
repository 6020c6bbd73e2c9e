// SPDX-License-Identifier: Apache-2.0

import Platform

/// What is wrong with an LCM. PID 1 stops at the first; people want all of them at once.
final class ProblemList {
    /// A tree that is wrong in more places is not mended from a list.
    private static let limit = 1000

    private(set) var problems: [ParseError] = []

    func report(_ problem: ParseError) {
        if problems.count < Self.limit { problems.append(problem) }
    }

    /// The body's value, or `nil` and one problem more.
    func attempt<Value>(_ body: () throws(ParseError) -> Value) -> Value? {
        do throws(ParseError) {
            return try body()
        } catch {
            report(error)
            return nil
        }
    }
}

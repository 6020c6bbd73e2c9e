// SPDX-License-Identifier: Apache-2.0

import Foundation
import SwiftOperators
import SwiftParser
import SwiftSyntax

/// Lists the mutants that sources permit, one JSON object a line: `mutants FILE...`.
@main struct Mutants {
    static func main() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for file in CommandLine.arguments.dropFirst() {
            let source = try String(contentsOfFile: file, encoding: .utf8)
            for candidate in candidates(in: source, file: file) {
                print(String(decoding: try encoder.encode(candidate), as: UTF8.self))
            }
        }
    }

    static func candidates(in source: String, file: String) -> [Candidate] {
        // An operator that the table does not have leaves its expression unfolded, and so without mutants.
        let tree = OperatorTable.standardOperators.foldAll(Parser.parse(source: source)) { _ in }
        let finder = CandidateFinder(file: file, source: Array(source.utf8))
        finder.walk(tree)
        return finder.candidates
    }
}

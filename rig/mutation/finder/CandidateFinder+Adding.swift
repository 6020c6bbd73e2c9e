// SPDX-License-Identifier: Apache-2.0

import SwiftSyntax

extension CandidateFinder {
    /// An expression that is another one in the mutant.
    func change(_ node: some SyntaxProtocol, _ kind: String, to changed: String) {
        let original = node.trimmedDescription
        guard changed != original else { return }
        add(
            kind, from: node.positionAfterSkippingLeadingTrivia.utf8Offset,
            to: node.endPositionBeforeTrailingTrivia.utf8Offset, shown: changed,
            switched: "(\(Candidate.condition) ? (\(changed)) : (\(original)))")
    }

    /// A statement that the mutant does not have, or has as another.
    func change(statement node: some SyntaxProtocol, _ kind: String, to changed: String = "") {
        let original = node.trimmedDescription
        let switched =
            changed.isEmpty
            ? "if !\(Candidate.condition) { \(original) }"
            : "if \(Candidate.condition) { \(changed) } else { \(original) }"
        add(
            kind, from: node.positionAfterSkippingLeadingTrivia.utf8Offset,
            to: node.endPositionBeforeTrailingTrivia.utf8Offset, shown: changed, switched: switched)
    }

    /// Something more, before the byte. Shown is the line at `place`, where that is another.
    func insert(_ kind: String, at offset: Int, shown: String, switched: String, place: Int? = nil) {
        add(kind, from: offset, to: offset, shown: shown, switched: switched, place: place)
    }

    private func add(
        _ kind: String, from first: Int, to last: Int, shown: String, switched: String, place: Int? = nil
    ) {
        let (start, end) = place.map { ($0, $0) } ?? (first, last)
        let newline = UInt8(ascii: "\n")
        let lineStart = source[..<start].lastIndex(of: newline).map { $0 + 1 } ?? 0
        let lineEnd = source[end...].firstIndex(of: newline) ?? source.count
        func text(_ range: Range<Int>) -> String { String(decoding: source[range], as: UTF8.self) }
        let around = places.last
        candidates.append(
            Candidate(
                file: file, place: places.map(\.name).joined(separator: "."), placeStart: around?.start ?? 0,
                placeEnd: around?.end ?? source.count, start: first, end: last,
                line: 1 + source[..<start].count { $0 == newline }, kind: kind,
                before: Self.inOneLine(text(lineStart..<lineEnd)),
                after: Self.inOneLine(text(lineStart..<start) + shown + text(end..<lineEnd)), switched: switched))
    }

    private static func inOneLine(_ text: String) -> String {
        text.split { $0 == " " || $0.isNewline }.joined(separator: " ")
    }
}

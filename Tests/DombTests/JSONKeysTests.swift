// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import domb

@Suite struct JSONKeysTests {
    private func repeated(_ text: String) -> String? {
        JSONKeys.repeated(in: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func aNameStandsOnceInItsObject() {
        for text in [
            "{}", "{\"a\": 1, \"b\": {\"a\": 2}}", "[{\"a\": 1}, {\"a\": 1}]", "{\"a\": \"a\", \"b\": [\"b\", \"b\"]}",
            "{\"a\": \"x\\\": 1, \\\"a\"}", "", "\"a", "{\"", "}{]", "[\"a\", \"a\"]",
        ] { #expect(repeated(text) == nil, "\(text)") }
        for text in [
            "{\"a\": 1, \"a\": 1}", "{\"b\": {\"c\": [{}]}, \"a\": {}, \"a\"\n\t: 1}",
            "[1, {\"x\": {\"a\": 1, \"a\": 2}}]",
            "{\"a\": [{\"a\": 1}], \"b\": \"}\", \"a\": 1}",
        ] { #expect(repeated(text) == "a", "\(text)") }
        #expect(repeated("{\"\\u0061\": 1}") == "\\u0061")
        #expect(repeated(String(repeating: "[", count: 100_000)) == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Which words of a command line were added, removed or changed.
struct CommandLineComparison {
    private typealias Word = ArraySlice<UInt8>

    private(set) var changes: [(part: Change.CommandLine.Part, a: [UInt8]?, b: [UInt8]?)] = []

    init(_ a: [UInt8], _ b: [UInt8]) {
        guard a != b else { return }
        let (wordsOfA, wordsOfB) = (Self.words(a), Self.words(b))
        let (onlyA, commonOfA) = Self.split(wordsOfA, from: wordsOfB)
        let (onlyB, commonOfB) = Self.split(wordsOfB, from: wordsOfA)
        pair(onlyA, onlyB)
        if commonOfA != commonOfB { changes.append((.order, a, b)) }
        if changes.isEmpty { changes.append((.spacing, a, b)) }
    }

    private static func words(_ line: [UInt8]) -> [Word] { line.split(separator: UInt8(ascii: " ")) }

    /// The words that the other line does not have, as often as it does not have them, and the rest.
    private static func split(_ words: [Word], from others: [Word]) -> (only: [Word], common: [Word]) {
        var counts: [Word: Int] = [:]
        for word in others { counts[word, default: 0] += 1 }
        var result: (only: [Word], common: [Word]) = ([], [])
        for word in words {
            if let count = counts[word], count > 0 {
                counts[word] = count - 1
                result.common.append(word)
            } else {
                result.only.append(word)
            }
        }
        return result
    }

    /// A word that is `key=` on both sides changed its value; any other is there on one side alone.
    private mutating func pair(_ onlyA: [Word], _ onlyB: [Word]) {
        var places: [Word: [Int]] = [:]
        for (index, word) in onlyB.enumerated().reversed() {
            if let key = Self.key(word) { places[key, default: []].append(index) }
        }
        var paired: Set<Int> = []
        for word in onlyA {
            let match = Self.key(word).flatMap { places[$0]?.popLast() }
            if let match { paired.insert(match) }
            changes.append((.word, [UInt8](word), match.map { [UInt8](onlyB[$0]) }))
        }
        for (index, word) in onlyB.enumerated() where !paired.contains(index) {
            changes.append((.word, nil, [UInt8](word)))
        }
    }

    private static func key(_ word: Word) -> Word? { word.firstIndex(of: UInt8(ascii: "=")).map { word[...$0] } }
}

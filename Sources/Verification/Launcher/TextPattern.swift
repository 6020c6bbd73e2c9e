// SPDX-License-Identifier: Apache-2.0

/// What a text of PCR 8 looks like that a command of a configuration makes: bytes as they are, and between them places for
/// what variables hold, whose value nobody measured.
struct TextPattern: Equatable {
    /// What stands around the open places: one more than there are of those.
    private(set) var literals: [[UInt8]] = [[]]
    /// So many bytes may stand in the open places together.
    private(set) var room = 0

    /// Longer than every value that a configuration sets: a variable that was doubled again and again fills the memory.
    static let roomOfVariable = 1024

    var isOpen: Bool { literals.count > 1 }

    mutating func append(_ bytes: some Sequence<UInt8>) { literals[literals.count - 1] += bytes }

    mutating func open(_ room: Int = Self.roomOfVariable) {
        literals.append([])
        self.room += room
    }

    mutating func append(_ other: TextPattern) {
        append(other.literals[0])
        literals += other.literals.dropFirst()
        room += other.room
    }

    func matches(_ text: [UInt8]) -> Bool {
        let least = literals.reduce(0) { $0 + $1.count }
        guard text.count >= least, text.count - least <= room, text.starts(with: literals[0]) else { return false }
        guard isOpen, let last = literals.last else { return text.count == least }
        guard text.suffix(last.count) == last[...] else { return false }
        // The leftmost place of each leaves the most for the next ones.
        var rest = text[literals[0].count..<(text.count - last.count)]
        for literal in literals.dropFirst().dropLast() {
            guard let end = Self.end(of: literal, in: rest) else { return false }
            rest = rest[end...]
        }
        return true
    }

    private static func end(of literal: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard literal.count <= text.count else { return nil }
        return (text.startIndex...(text.endIndex - literal.count)).first { text[$0...].starts(with: literal) }.map {
            $0 + literal.count
        }
    }
}

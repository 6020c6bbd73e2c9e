// SPDX-License-Identifier: Apache-2.0

import Platform

/// Reads the script language of GRUB, statement by statement.
struct GrubScriptParser {
    private let text: [UInt8]
    private var place = 0
    private var depth = 0
    private var isWrong = false
    private(set) var functions: [(name: [UInt8], body: [GrubScript.Statement])] = []

    /// Braces and conditions in one another.
    private static let deepest = 64

    init(_ text: [UInt8]) { self.text = text }

    /// Everything was read, and nothing of it was wrong.
    var isDone: Bool { !isWrong && place == text.count }

    /// One word, as GRUB's lexer parts them.
    private struct Word {
        var pattern = TextPattern()
        /// Nothing in it was quoted: it may be one of the language's own.
        var isPlain = true
        /// It consists of variables alone: where those are empty, there is no word.
        var isVariables = true

        var literal: [UInt8]? { pattern.isOpen ? nil : pattern.literals[0] }

        func isKeyword(_ keyword: StaticString) -> Bool { isPlain && literal == Line(keyword).bytes }
    }

    private var next: UInt8? { place < text.count ? text[place] : nil }

    /// Up to one of these words, a closing brace or the end, none of which is taken.
    mutating func statements(until ends: [StaticString]) -> [GrubScript.Statement] {
        var statements: [GrubScript.Statement] = []
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            isWrong = true
            return []
        }
        while !isWrong {
            skipSeparators()
            guard let byte = next, byte != UInt8(ascii: "}") else { break }
            let start = place
            guard let word = self.word() else {
                isWrong = true
                break
            }
            if ends.contains(where: { word.isKeyword($0) }) {
                place = start
                break
            }
            if let statement = self.statement(word) { statements.append(statement) }
        }
        return statements
    }

    /// `nil` for a function, which runs nothing where it stands.
    private mutating func statement(_ first: Word) -> GrubScript.Statement? {
        if first.isKeyword("if") { return branch() }
        if first.isKeyword("while") || first.isKeyword("until") {
            let condition = statements(until: ["do"])
            return .loop(condition: condition, body: loopBody())
        }
        if first.isKeyword("for") {
            // The words that it runs through are measured nowhere.
            while !isWrong, let byte = next, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: ";") {
                if !skipBlanks() { isWrong = word() == nil }
            }
            return .loop(condition: [], body: loopBody())
        }
        if first.isKeyword("function") {
            _ = skipBlanks()
            let name = word()?.literal
            skipSeparators()
            let body = braces()
            if let name, let body { functions.append((name: name, body: body)) } else { isWrong = true }
            return nil
        }
        return .command(command(first))
    }

    /// What follows `if` or `elif`.
    private mutating func branch() -> GrubScript.Statement {
        let condition = statements(until: ["then"])
        take("then")
        let then = statements(until: ["elif", "else", "fi"])
        var otherwise: [GrubScript.Statement] = []
        guard !isWrong, let word = self.word() else {
            isWrong = true
            return .branch(condition: condition, then: then, otherwise: [])
        }
        if word.isKeyword("elif") {
            depth += 1
            isWrong = isWrong || depth > Self.deepest
            otherwise = isWrong ? [] : [branch()]
            depth -= 1
        } else if word.isKeyword("else") {
            otherwise = statements(until: ["fi"])
            take("fi")
        }
        return .branch(condition: condition, then: then, otherwise: otherwise)
    }

    private mutating func loopBody() -> [GrubScript.Statement] {
        skipSeparators()
        take("do")
        let body = statements(until: ["done"])
        take("done")
        return body
    }

    private mutating func take(_ keyword: StaticString) {
        isWrong = isWrong || word()?.isKeyword(keyword) != true
    }

    /// `{ ... }`
    private mutating func braces() -> [GrubScript.Statement]? {
        guard next == UInt8(ascii: "{") else { return nil }
        place += 1
        let body = statements(until: [])
        guard next == UInt8(ascii: "}") else { return nil }
        place += 1
        return body
    }

    private mutating func command(_ first: Word) -> GrubScript.Command {
        var command = GrubScript.Command(pattern: first.pattern, name: first.literal ?? [])
        var count = 1
        while !isWrong {
            _ = skipBlanks()
            guard let byte = next, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: ";"), byte != UInt8(ascii: "}")
            else { break }
            if byte == UInt8(ascii: "{") {
                let start = place
                command.block = braces()
                isWrong = isWrong || command.block == nil
                command.pattern.append(Line(" ").bytes + text[start..<place])
                break
            }
            guard let word = self.word() else {
                isWrong = true
                break
            }
            add(word, &command)
            if count == 1 { command.title = word.pattern }
            count += 1
        }
        return command
    }

    private func add(_ word: Word, _ command: inout GrubScript.Command) {
        if word.isVariables {
            // With the space before it, which is there where they hold anything.
            command.pattern.open()
        } else {
            command.pattern.append(Line(" ").bytes)
            command.pattern.append(word.pattern)
        }
        guard let literal = word.literal else { return }
        command.literalWords += literal.split(separator: UInt8(ascii: " ")).map { [UInt8]($0) }
    }

    private mutating func skipBlanks() -> Bool {
        let start = place
        while let byte = next {
            if byte == UInt8(ascii: "#") {
                while let byte = next, byte != UInt8(ascii: "\n") { place += 1 }
            } else if byte == UInt8(ascii: "\\"), place + 1 < text.count, text[place + 1] == UInt8(ascii: "\n") {
                place += 2
            } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
                place += 1
            } else {
                break
            }
        }
        return place > start
    }

    private mutating func skipSeparators() {
        repeat { _ = skipBlanks() } while takeSeparator()
    }

    private mutating func takeSeparator() -> Bool {
        guard let byte = next, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: ";") else { return false }
        place += 1
        return true
    }

    /// `nil` where none stands here.
    private mutating func word() -> Word? {
        skipSeparators()
        var word = Word()
        let start = place
        while let byte = next, !Line(" \t\n;{}|&<>").bytes.contains(byte) { read(byte, &word) }
        guard place > start, !isWrong else { return nil }
        return word
    }

    private mutating func read(_ byte: UInt8, _ word: inout Word) {
        place += 1
        switch byte {
        case UInt8(ascii: "'"):
            word.isPlain = false
            word.isVariables = false
            let quoted = text[place...].prefix { $0 != byte }
            word.pattern.append(quoted)
            place += quoted.count
            isWrong = isWrong || next == nil
            place = min(place + 1, text.count)
        case UInt8(ascii: "\""):
            word.isPlain = false
            word.isVariables = false
            place -= 1
            readQuoted(&word)
        case UInt8(ascii: "\\"):
            word.isPlain = false
            guard let escaped = next else { break }
            place += 1
            guard escaped != UInt8(ascii: "\n") else { break }
            word.isVariables = false
            word.pattern.append([escaped])
        case UInt8(ascii: "$") where next == UInt8(ascii: "\""):
            // A text in the language of whoever sits there.
            word.isPlain = false
            word.isVariables = false
            var original = Word()
            readQuoted(&original)
            word.pattern.open()
        case UInt8(ascii: "$"): readVariable(&word)
        case UInt8(ascii: "*"):
            // Names of files and devices, where there are any.
            word.isVariables = false
            word.pattern.open()
        default:
            word.isVariables = false
            word.pattern.append([byte])
        }
    }

    private mutating func readQuoted(_ word: inout Word) {
        place += 1
        while let byte = next, byte != UInt8(ascii: "\"") {
            place += 1
            if byte == UInt8(ascii: "$") {
                readVariable(&word)
            } else if byte == UInt8(ascii: "\\"), let escaped = next, Line("\"\\$\n").bytes.contains(escaped) {
                place += 1
                if escaped != UInt8(ascii: "\n") { word.pattern.append([escaped]) }
            } else {
                word.pattern.append([byte])
            }
        }
        isWrong = isWrong || next == nil
        place = min(place + 1, text.count)
    }

    /// `$NAME`, `${NAME}`, digits, or one of ? # * @.
    private mutating func readVariable(_ word: inout Word) {
        let hasBrace = next == UInt8(ascii: "{")
        if hasBrace { place += 1 }
        let name = text[place...].prefix { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        place += name.count
        if name.isEmpty, let byte = next, Line("?#*@").bytes.contains(byte) {
            place += 1
        } else if name.isEmpty {
            isWrong = true
        }
        if hasBrace {
            isWrong = isWrong || next != UInt8(ascii: "}")
            place = min(place + 1, text.count)
        }
        word.pattern.open()
    }
}

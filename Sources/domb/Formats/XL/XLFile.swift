// SPDX-License-Identifier: Apache-2.0

import Platform

/// A configuration file of xl, as libxlutil reads one (xl.cfg(5), "SYNTAX"): settings of single values and of lists.
struct XLFile {
    struct Item: Equatable {
        let text: String
        let line: Int
    }

    enum Value: Equatable {
        case single(String)
        /// Of lists in the list their items, one behind the other.
        case list([Item])
    }

    struct Setting: Equatable {
        let key: String
        var value: Value
        /// On which the key stands.
        let line: Int
    }

    struct Problem: Error, Equatable {
        let line: Int
        let text: String
    }

    /// A larger one is no domain's.
    static let limit = 1 << 20

    /// In the file's order. Of a key that is there twice the last one counts.
    private(set) var settings: [Setting] = []

    init(parsing content: [UInt8]) throws(Problem) {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw Problem(line: 1, text: "not UTF-8 text")
        }
        var tokens = XLTokens(text)
        var next = try tokens.next()
        while next != .end {
            switch next {
            case .newline, .semicolon: next = try tokens.next()
            case .word(let key): next = try read(key, &tokens)
            case .string, .number, .comma, .open, .close, .equals, .plusEquals, .end:
                throw Problem(line: tokens.line, text: "a line is KEY = VALUE, and a key begins with a small letter")
            }
        }
    }

    /// Up to the end of the setting, whose token is given back.
    private mutating func read(_ key: String, _ tokens: inout XLTokens) throws(Problem) -> XLTokens.Token {
        let line = tokens.line
        let sign = try tokens.next()
        guard sign == .equals || sign == .plusEquals else { throw Problem(line: line, text: "\(key): = is missing") }
        let value: Value
        switch try tokens.next() {
        case .string(let text), .number(let text): value = .single(text)
        case .open: value = .list(try items(&tokens))
        case .word(let word): throw Problem(line: line, text: "\(key): '\(word)' has to stand in quotes")
        case .newline, .semicolon, .comma, .close, .equals, .plusEquals, .end:
            throw Problem(line: line, text: "\(key): the value is missing")
        }
        add(Setting(key: key, value: value, line: line), isMore: sign == .plusEquals)
        let next = try tokens.next()
        guard next == .newline || next == .semicolon || next == .end else {
            throw Problem(line: tokens.line, text: "\(key): something stands behind the value")
        }
        return next
    }

    private func items(_ tokens: inout XLTokens) throws(Problem) -> [Item] {
        let start = tokens.line
        var items: [Item] = []
        var depth = 1
        while depth > 0 {
            switch try tokens.next() {
            case .string(let text), .number(let text): items.append(Item(text: text, line: tokens.line))
            case .open: depth += 1
            case .close: depth -= 1
            case .comma, .newline: break
            case .word(let word): throw Problem(line: tokens.line, text: "'\(word)' has to stand in quotes")
            case .semicolon, .equals, .plusEquals, .end: throw Problem(line: start, text: "a list without its ]")
            }
        }
        return items
    }

    private mutating func add(_ setting: Setting, isMore: Bool) {
        guard isMore, let index = settings.lastIndex(where: { $0.key == setting.key }) else {
            return settings.append(setting)
        }
        switch (settings[index].value, setting.value) {
        case (.single(let first), .single(let second)): settings[index].value = .single(first + second)
        case (.list(let first), .list(let second)): settings[index].value = .list(first + second)
        case (.single(let first), .list(let second)):
            settings[index].value = .list([Item(text: first, line: settings[index].line)] + second)
        case (.list(let first), .single(let second)):
            settings[index].value = .list(first + [Item(text: second, line: setting.line)])
        }
    }
}

/// The words of such a file.
struct XLTokens {
    enum Token: Equatable {
        case word(String)
        case number(String)
        case string(String)
        case comma, open, close, equals, plusEquals, semicolon, newline, end
    }

    private var rest: Substring.UnicodeScalarView
    /// On which the last token stands.
    private(set) var line = 1
    private var nextLine = 1

    init(_ text: String) { rest = text.unicodeScalars[...] }

    mutating func next() throws(XLFile.Problem) -> Token {
        rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
        line = nextLine
        guard let first = rest.first else { return .end }
        switch first {
        case "#":
            rest = rest.drop { $0 != "\n" }
            return try next()
        case "a"..."z": return .word(taken { $0 == "_" || "a"..."z" ~= $0 || "0"..."9" ~= $0 })
        case "0"..."9": return .number(taken { $0 == "x" || "a"..."f" ~= $0 || "0"..."9" ~= $0 })
        case "'", "\"":
            rest = rest.dropFirst()
            return .string(try string(until: first))
        default: return try sign(first)
        }
    }

    private mutating func sign(_ first: Unicode.Scalar) throws(XLFile.Problem) -> Token {
        rest = rest.dropFirst()
        switch first {
        case "\n":
            nextLine += 1
            return .newline
        case ",": return .comma
        case "[": return .open
        case "]": return .close
        case "=": return .equals
        case ";": return .semicolon
        case "+" where rest.first == "=":
            rest = rest.dropFirst()
            return .plusEquals
        default: throw problem("'\(first.escaped(asASCII: false))' has no meaning here; texts stand in quotes")
        }
    }

    private mutating func taken(_ isPart: (Unicode.Scalar) -> Bool) -> String {
        let part = rest.prefix(while: isPart)
        rest = rest[part.endIndex...]
        return String(part)
    }

    private mutating func string(until quote: Unicode.Scalar) throws(XLFile.Problem) -> String {
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case quote: return String(text)
            case "\n": throw problem("a text without its closing quote")
            case "\\": text.append(try escaped())
            default: text.append(scalar)
            }
        }
        throw problem("a text without its closing quote")
    }

    /// libxlutil takes every other letter for itself, and of its numeric escapes makes nothing (libxlu_cfg.c,
    /// xlu__cfgl_dequote): what they were meant for is not known.
    private mutating func escaped() throws(XLFile.Problem) -> Unicode.Scalar {
        switch rest.popFirst() {
        case "n"?: return "\n"
        case "r"?: return "\r"
        case "t"?: return "\t"
        case "a"?: return "\u{07}"
        case "b"?: return "\u{08}"
        case "f"?: return "\u{0C}"
        case "v"?: return "\u{0B}"
        case "\""?: return "\""
        case "'"?: return "'"
        case "\\"?: return "\\"
        default: throw problem("an escape that is none of \\n \\r \\t \\a \\b \\f \\v \\\\ \\' \\\"")
        }
    }

    private func problem(_ text: String) -> XLFile.Problem { XLFile.Problem(line: line, text: text) }
}

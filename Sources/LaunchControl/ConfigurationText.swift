// SPDX-License-Identifier: Apache-2.0

import Platform

/// DomB's settings as text, for an LCM that has room for text alone (docs/lcm.md): the word `domb:`, then words
/// key=value, separated by spaces. A value with spaces stands in double quotes, in which a backslash takes the next
/// character as it is.
struct ConfigurationText {
    struct Word {
        let key: [UInt8]
        let value: [UInt8]
        let offset: Int
    }

    let place: Place
    private(set) var words: [Word] = []

    /// `nil` for a text that is not DomB's.
    init?(_ text: [UInt8], at start: Int, place: Place, _ problems: ProblemList) {
        // Its writer may count the zero that ends a C string.
        let text = text.last == 0 ? [UInt8](text.dropLast()) : text
        let tag = Line("domb:").bytes
        guard text.starts(with: tag), text.count == tag.count || text[tag.count] == UInt8(ascii: " ") else {
            return nil
        }
        self.place = place
        var index = tag.count
        while true {
            while index < text.count, text[index] == UInt8(ascii: " ") { index += 1 }
            guard index < text.count else { return }
            guard let word = Self.word(text, &index, start) else {
                problems.report(ParseError(.badPropertyValue, at: start + index, place: place.path))
                return
            }
            guard words.count < Limits.words else {
                problems.report(ParseError(.tooManyProperties, at: word.offset, place: place.path))
                return
            }
            if words.contains(where: { $0.key == word.key }) {
                problems.report(ParseError(.duplicateName, at: word.offset, place: place.path))
            }
            words.append(word)
        }
    }

    /// `nil` for a word without a key, an equals sign, or the quote that ends its value.
    private static func word(_ text: [UInt8], _ index: inout Int, _ start: Int) -> Word? {
        let offset = start + index
        guard let equals = text[index...].firstIndex(of: UInt8(ascii: "=")), equals > index else { return nil }
        let key = [UInt8](text[index..<equals])
        guard !key.contains(UInt8(ascii: " ")) else { return nil }
        index = equals + 1
        var value: [UInt8] = []
        let isQuoted = index < text.count && text[index] == UInt8(ascii: "\"")
        if isQuoted { index += 1 }
        while index < text.count {
            var byte = text[index]
            index += 1
            if isQuoted, byte == UInt8(ascii: "\"") { return Word(key: key, value: value, offset: offset) }
            if !isQuoted, byte == UInt8(ascii: " ") { return Word(key: key, value: value, offset: offset) }
            if isQuoted, byte == UInt8(ascii: "\\") {
                guard index < text.count else { return nil }
                byte = text[index]
                index += 1
            }
            value.append(byte)
        }
        return isQuoted ? nil : Word(key: key, value: value, offset: offset)
    }

    /// A misspelt setting must not pass, and the launch's settings belong to the boot domain's text.
    func refuseOthers(areOfBootDomain: Bool, _ problems: ProblemList) {
        let domainKeys = SettingKey.ofText
        let launchKeys = SettingKey.keys(in: .launch)
        for word in words where SettingKey.named(word.key, among: domainKeys) == nil {
            let isOfLaunch = SettingKey.named(word.key, among: launchKeys) != nil
            if isOfLaunch, areOfBootDomain { continue }
            problems.report(error(isOfLaunch ? .conflictingProperties : .unknownDombProperty, word))
        }
    }

    /// The settings in it.
    func source(_ problems: ProblemList) -> SettingSource {
        SettingSource {
            value($0)?.value
        } report: { key, code in
            problems.report(value(key).map { error(code, $0) } ?? place.error(code, Line(key.schema.word)))
        }
    }

    func value(_ key: SettingKey) -> Word? {
        let wanted = Line(key.schema.word).bytes
        return words.first { $0.key == wanted }
    }

    func error(_ code: ParseError.Code, _ word: Word) -> ParseError {
        ParseError(code, at: word.offset, place: place.path + [UInt8(ascii: ":")] + word.key)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The words of a `multiboot2` or `module2` command beside its file.
struct GrubWords: Equatable {
    /// Unpacked by GRUB an image would not be what was measured.
    static let unpacked = GrubWords(options: ["--nounzip"])

    var options: [String] = []
    var arguments: [String] = []

    /// What differs, each word by itself; `nil` where nothing does.
    func difference(_ load: GrubConfiguration.Load) -> String? {
        difference(options: load.options, arguments: load.arguments)
    }

    func difference(options foundOptions: [String], arguments foundArguments: [String]) -> String? {
        let words = options + arguments
        let found = foundOptions + foundArguments
        guard words != found else { return nil }
        // What is one word to GRUB stands in quotes where it would look like several.
        func shown(_ words: [String]) -> [String] { words.map { $0.contains(" ") ? "'\($0)'" : $0 } }
        let (missing, extra) = (shown(Self.without(words, found)), shown(Self.without(found, words)))
        let parts = [
            missing.isEmpty ? nil : "the entry lacks \(missing.joined(separator: " "))",
            extra.isEmpty ? nil : "the entry has \(extra.joined(separator: " ")), which the launch has not",
            missing.isEmpty && extra.isEmpty
                ? "the entry has them in another order: \(shown(found).joined(separator: " "))" : nil,
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }

    /// As often as a word is there more often.
    private static func without(_ words: [String], _ others: [String]) -> [String] {
        var rest = others
        return words.filter { word in
            guard let index = rest.firstIndex(of: word) else { return true }
            rest.remove(at: index)
            return false
        }
    }
}

extension String {
    /// As GrubEntry splits a line.
    var words: [String] { split(separator: " ").map(String.init) }
}

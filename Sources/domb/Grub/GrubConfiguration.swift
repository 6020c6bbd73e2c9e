// SPDX-License-Identifier: Apache-2.0

/// What a grub.cfg boots by multiboot2: its menu entries, or the file itself where it has commands outside of one.
/// Variables and conditions are not evaluated: every command counts.
struct GrubConfiguration {
    /// One `multiboot2` or `module2` command.
    struct Load {
        let line: Int
        /// "--nounzip".
        let options: [String]
        let path: String
        /// The words of the command line.
        let arguments: [String]
    }

    struct Entry {
        /// Empty for commands outside of every entry.
        let title: String
        let line: Int
        var tables: [String] = []
        var hypervisor: Load?
        var modules: [Load] = []
        /// Options of acpi, which would take the firmware's tables from Xen.
        var tableOptions: [String] = []
        /// What loads something beside multiboot2 and module2, by its line.
        var others: [(line: Int, words: [String])] = []
    }

    private(set) var entries: [Entry] = []

    init(parsing source: String) {
        var outside = Entry(title: "", line: 1)
        /// For each open brace the index of the entry that it opens.
        var open: [Int?] = []
        for command in GrubCommands(source).commands {
            var words = command.words
            let name = words.first ?? ""
            if words.last == "{" {
                if name == "menuentry", words.count > 1 {
                    entries.append(Entry(title: words[1], line: command.line))
                    open.append(entries.count - 1)
                } else {
                    open.append(open.last ?? nil)
                }
                continue
            }
            if name == "}" {
                _ = open.popLast()
                continue
            }
            words.removeFirst(words.isEmpty ? 0 : 1)
            if let index = open.last ?? nil {
                entries[index].add(name, words, line: command.line)
            } else {
                outside.add(name, words, line: command.line)
            }
        }
        entries = entries.filter { $0.hypervisor != nil }
        if outside.hypervisor != nil { entries.append(outside) }
    }

    /// The entry of that title, or the only one.
    func entry(titled title: String?, in path: String) throws(CommandFailure) -> Entry {
        let found = entries.filter { title == nil || $0.title == title }
        guard let entry = found.first else {
            throw .malformed("\(path): no entry\(title.map { " '\($0)'" } ?? "") with a multiboot2 line")
        }
        guard found.count == 1 else {
            let titles = found.map { "'\($0.title)' (line \($0.line))" }.joined(separator: ", ")
            throw .malformed("\(path): several entries with a multiboot2 line; choose by --entry: \(titles)")
        }
        return entry
    }
}

extension GrubConfiguration.Entry {
    fileprivate mutating func add(_ command: String, _ words: [String], line: Int) {
        let options = words.prefix { $0.hasPrefix("--") }
        let rest = words.dropFirst(options.count)
        let load = GrubConfiguration.Load(
            line: line, options: Array(options), path: rest.first ?? "", arguments: Array(rest.dropFirst()))
        switch command {
        case "acpi":
            tables += words.filter { !$0.hasPrefix("-") }
            tableOptions += words.filter { $0.hasPrefix("-") }
        case "multiboot2":
            if let first = hypervisor { others.append((first.line, [command, first.path])) }
            hypervisor = load
        case "module2": modules.append(load)
        case "multiboot", "module", "linux", "initrd", "chainloader": others.append((line, [command] + words))
        default: break
        }
    }
}

/// The commands of a script in GRUB's shell: words, quotes, comments and continued lines (GRUB manual, 6.2).
private struct GrubCommands {
    struct Command {
        let line: Int
        var words: [String] = []
    }

    private(set) var commands: [Command] = []
    private var word: String?
    private var current = Command(line: 1)
    private var line = 1

    init(_ source: String) {
        var rest = source.unicodeScalars[...]
        while let character = rest.popFirst() {
            switch character {
            case "\\":
                let next = rest.popFirst()
                if next == "\n" { line += 1 } else if let next { append(next) }
            case "'", "\"": quote(character, &rest)
            case "#" where word == nil:
                rest = rest.drop { $0 != "\n" }
            case " ", "\t", "\r": endWord()
            case "\n", ";": endCommand(character)
            case "{" where word == nil:
                word = "{"
                endCommand(character)
            case "}" where word == nil:
                endCommand(character)
                word = "}"
                endCommand(character)
            default: append(character)
            }
        }
        endCommand(";")
    }

    private mutating func quote(_ mark: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView) {
        word = word ?? ""
        while let character = rest.popFirst(), character != mark {
            if character == "\n" { line += 1 }
            if mark == "\"", character == "\\", let next = rest.first, "\"\\$".unicodeScalars.contains(next) {
                _ = rest.popFirst()
                append(next)
            } else {
                append(character)
            }
        }
    }

    private mutating func append(_ character: Unicode.Scalar) {
        word = word ?? ""
        word?.unicodeScalars.append(character)
    }

    private mutating func endWord() {
        if let word { current.words.append(word) }
        word = nil
    }

    private mutating func endCommand(_ character: Unicode.Scalar) {
        endWord()
        if !current.words.isEmpty { commands.append(current) }
        if character == "\n" { line += 1 }
        current = Command(line: line)
    }
}

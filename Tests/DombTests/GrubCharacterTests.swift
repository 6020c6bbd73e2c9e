// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Testing

@testable import domb

/// Every character that GRUB's shell, or the shell that makes its script, would read as more than itself.
@Suite struct GrubCharacterTests {
    private static let printable = (0x20...0x7E as ClosedRange<UInt8>).map { String(UnicodeScalar($0)) }
    /// What ends a line for one reader or another: GRUB, sh, sed, Swift.
    private static let lineBreaks = ["\n", "\r", "\r\n", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}"]

    private func entries(_ source: String) -> [GrubConfiguration.Entry] { GrubConfiguration(parsing: source).entries }

    private func modules(_ line: String) -> [String]? {
        entries("multiboot2 /xen\n\(line)\nmodule2 /last").first?.modules.map { $0.path }
    }

    private let launch: LaunchDescription

    init() throws {
        launch = try LaunchDescription(
            parsing: Array(("builder: construct\n" + TestLaunchFiles.description).utf8), from: "l.yaml")
    }

    private func description(_ change: (inout LaunchDescription) -> Void) -> LaunchDescription {
        var description = launch
        change(&description)
        return description
    }

    /// Lines are counted by what ends one, inside of quotes as well.
    @Test func aCommandHasTheLineOnWhichItBegins() {
        for (source, line) in [
            ("\n;\nmultiboot2 /x", 3), ("echo 'a\t\u{01}b'\nmultiboot2 /x", 2),
            ("echo 'a\nb' \"\n\"\nmultiboot2 /x", 4),
            ("echo a\\\nb\nmultiboot2 /x", 3), ("# a\n# b\n{\nmultiboot2 /x\n}", 4),
        ] { #expect(entries(source).first?.hypervisor?.line == line, "\(source)") }
    }

    /// A title, a path and a word of a command line come back from grub.cfg as they went in.
    @Test(arguments: printable + ["'\\''", "''", "\"'", "é", "$(x)", "`x`", "\\\\", "--", "a\tb"])
    func whatIsWrittenIsReadBack(text: String) throws {
        for word in [text, "a\(text)", "\(text)b", "a\(text)b\(text)"] {
            let description = description {
                $0.grub.title = word
                $0.grub.folder = "/boot/\(word)"
                $0.xen.options = "x\(word)y"
            }
            let entry = GrubEntry(description)
            let modules = try description.modules()
            let written = try entry.written(modules, output: "l.dtb", tableCount: 2)
            let read = try #require(entries(written).first)
            #expect(entries(written).count == 1)
            #expect(read.title == word)
            #expect(read.hypervisor?.path == "/boot/\(word)/xen.gz")
            #expect(read.tables == (1...2).map { "/boot/\(word)/l\($0).aml" })
            #expect(read.modules.map { $0.path } == ["boot.elf", "boot.cpio"].map { "/boot/\(word)/\($0)" })
        }
    }

    /// Outside of quotes a blank and a semicolon end a word, a backslash makes the next one itself, and all else that is no
    /// quote is a part of it.
    @Test(arguments: printable) func everyCharacterOutsideOfQuotes(character: String) {
        let expected: [String]?
        switch character {
        case "'", "\"": return
        case " ", ";": expected = ["/a", "/last"]
        case "\\": expected = ["/ab", "/last"]
        default: expected = ["/a\(character)b", "/last"]
        }
        #expect(modules("module2 /a\(character)b") == expected)
    }

    @Test(arguments: printable) func everyCharacterInQuotes(character: String) {
        if character != "'" { #expect(modules("module2 '/a\(character)b'") == ["/a\(character)b", "/last"]) }
        guard character != "\"" else { return }
        #expect(modules("module2 \"/a\(character)b\"") == ["/a\(character)b", "/last"])
        let isEscaped = character == "\\" || character == "$"
        #expect(
            modules("module2 \"/a\\\(character)b\"") == [isEscaped ? "/a\(character)b" : "/a\\\(character)b", "/last"])
    }

    /// Each of these ends a command, so that what follows is one of its own.
    @Test(arguments: ["\n", ";", " ; ", "\t;", "\r\n", ";\n", " # module2 /no\n"]) func everyEndOfACommand(end: String)
    {
        #expect(modules("module2 /a\(end)module2 /b") == ["/a", "/b", "/last"])
        #expect(modules("module2 '/a\(end)b'")?.first == "/a\(end)b")
    }

    /// A line break in any word would be one in grub.cfg: the installation is refused, whichever it is.
    @Test(arguments: lineBreaks) func noLineBreakGetsIntoTheScript(lineBreak: String) throws {
        func isRefused(_ title: String, _ commands: [String]) -> Bool {
            do throws(CommandFailure) {
                _ = try InstalledScript(title: title, boot: "/boot", commands: commands)
                return false
            } catch {
                return error.exitCode.rawValue == 65
            }
        }
        #expect(!isRefused("'t'", ["a", "b c"]))
        for text in [lineBreak, "a\(lineBreak)", "\(lineBreak)b", "a\(lineBreak)b"] {
            #expect(isRefused(text, ["a"]))
            for place in 0..<3 {
                var commands = ["a", "b", "c"]
                commands[place] = text
                #expect(isRefused("'t'", commands))
            }
        }
    }

    /// What stands in a path or an option is one word of the script, too: none begins a command of its own.
    @Test(arguments: printable) func noCharacterBeginsACommandOfItsOwn(character: String) throws {
        let text = "x\(character)reboot\(character)y"
        let description = description { description in
            description.grub.title = text
            description.xen.options = text
            description.boot?.commandLine = Array(text.utf8)
        }
        let entry = GrubEntry(description)
        let commands = try entry.commands(
            try description.modules(), lcm: "l.dtb", tables: "/boot/l", tableCount: 1)
        let script = try InstalledScript(title: entry.title, boot: "/boot", commands: commands).content
        let (start, end) = ("menuentry ", "\nEND_OF_DOMB_ENTRY\nprepare")
        let from = try #require(script.range(of: start)).lowerBound
        let to = try #require(script.range(of: end)).lowerBound
        let menu = script[from..<to] + "\n" + commands.joined(separator: "\n") + "\n}\n"
        let read = entries(String(menu))
        #expect(read.map { $0.title } == [text])
        #expect(read.first?.modules.count == 2)
    }
}

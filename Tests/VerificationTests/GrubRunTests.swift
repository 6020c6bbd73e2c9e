// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// Texts of PCR 8 and the configurations that they must come from.
@Suite struct GrubRunTests {
    /// The file that Debian's signed GRUB finds, and the menu that it leads to, as rig/grub.py makes them.
    private static let finder = """
        search --file --set=root /boot/grub/grub.cfg
        set prefix=($root)/boot/grub
        configfile $prefix/grub.cfg
        """
    private static let menu = """
        set default="domb"
        set timeout=0
        menuentry 'Debian GNU/Linux' {
            echo 'the old entry'
            halt
        }
        menuentry 'Xen with DomB' --id domb {
            if [ "$grub_platform" = efi ]; then
                insmod tpm
            fi
            insmod fat
            set root='hd0,msdos1'
            acpi /boot/domb/lcm1.aml
            multiboot2 /boot/xen.gz console=com1
            module2 /boot/vmlinuz quiet
            module2 --nounzip /boot/domb/initramfs
        }
        """
    private static let texts = [
        "search --file --set=root /boot/grub/grub.cfg", "set prefix=(hd0,msdos1)/boot/grub",
        "configfile (hd0,msdos1)/boot/grub/grub.cfg", "set default=domb", "set timeout=0",
        "menuentry Debian GNU/Linux " + block(of: "GNU/Linux'", in: menu),
        "menuentry Xen with DomB --id domb " + block(of: "--id domb", in: menu),
        "setparams Xen with DomB", "[ efi = efi ]", "insmod tpm", "insmod fat", "set root=hd0,msdos1",
        "acpi /boot/domb/lcm1.aml", "multiboot2 /boot/xen.gz console=com1", "module2 /boot/vmlinuz quiet",
        "module2 --nounzip /boot/domb/initramfs",
    ]

    /// In the manner of grub-mkconfig: functions, conditions, a menu in a menu, variables that may hold nothing.
    private static let generated = """
        if [ -s $prefix/grubenv ]; then
          load_env   # what the last boot left
        fi
        if [ "${next_entry}" ] ; then set default="${next_entry}"
        elif [ x$quiet = xy ]; then
          set default=1
        else
          set default="0"
        fi
        function load_video {
          if [ x$all = xy ]; then
            insmod all_video
          else
            insmod vga
          fi
        }
        function record { set recordfail=1; if [ -n "${have}" ]; then save_env recordfail; fi; }
        for driver in part_gpt ext2; do
          insmod $driver
        done
        terminal_output gfxterm
        menuentry 'Debian' --class debian $menuentry_id_option 'simple' {
          load_video
          linux /vmlinuz root=/dev/sda1
        }
        submenu 'More of "them"' {
          menuentry 'Xen' {
            record
            load_video
            if [ "$platform" = pc ]; then
              options=
            else
              options="no-real-mode edd=off"
            fi
            multiboot2 /xen.gz placeholder ${options}
            module2 /vmlinuz placeholder console=hvc0
            module2 --nounzip /initrd.gz
          }
        }
        """
    private static let longer = [
        "[ -s (hd0,gpt2)/boot/grub/grubenv ]", "load_env", "[  ]", "[ x = xy ]", "set default=0", "insmod part_gpt",
        "insmod ext2", "terminal_output gfxterm",
        "menuentry Debian --class debian --id simple " + block(of: "'simple'", in: generated),
        "submenu More of \"them\" " + block(of: "them\"'", in: generated), "setparams More of \"them\"",
        "menuentry Xen " + block(of: "'Xen'", in: generated), "setparams Xen",
        "record", "set recordfail=1", "[ -n  ]", "load_video", "[ x = xy ]", "insmod vga", "[ efi = pc ]",
        "options=no-real-mode edd=off", "multiboot2 /xen.gz placeholder no-real-mode edd=off",
        "module2 /vmlinuz placeholder console=hvc0", "module2 --nounzip /initrd.gz",
    ]

    /// An entry's braces with what is between, which GRUB measures as they stand in the file.
    private static func block(of name: String, in configuration: String) -> String {
        guard let start = configuration.range(of: name)?.upperBound else { return "" }
        var depth = 0
        var text = ""
        for character in configuration[start...].drop(while: { $0 == " " }) {
            text.append(character)
            if character == "{" { depth += 1 }
            if character == "}" { depth -= 1 }
            if depth == 0 { break }
        }
        return text
    }

    /// The number of the first text that no command of the configurations can have made.
    private func refused(_ texts: [String], _ configurations: [String]) throws -> Int? {
        let run = GrubRun(try configurations.map { try #require(GrubScript(Array($0.utf8))) })
        var position = run.beginning
        for (number, text) in texts.enumerated() {
            guard let next = run.advanced(position, by: Array(text.utf8)) else { return number }
            position = next
        }
        return texts.count > run.mostTexts ? run.mostTexts : nil
    }

    @Test func anHonestRunIsOne() throws {
        #expect(try refused(Self.texts, [Self.finder, Self.menu]) == nil)
        #expect(try refused(Self.longer, [Self.generated]) == nil)
    }

    /// As many texts as a configuration makes, however many these are; no loop makes them without end.
    @Test func aLongConfigurationIsRunToItsEnd() throws {
        let texts = (0..<400).map { "echo \($0)" }
        #expect(try refused(texts, [texts.joined(separator: "\n")]) == nil)
        #expect(try refused([String](repeating: "test x", count: 5000), ["while test x; do set; done"]) != nil)
    }

    /// Behind what a file that is sourced had run, the next command of the caller is.
    @Test func aSourcedFileGoesOnWhereItWasCalled() throws {
        let configurations = ["source $prefix/extra.cfg\nset b=2", "set a=1"]
        #expect(try refused(["source (hd0)/extra.cfg", "set a=1", "set b=2"], configurations) == nil)
        #expect(try refused(["source (hd0)/extra.cfg", "set a=1", "set c=2"], configurations) == 2)
    }

    /// What was typed, even as often as nobody would notice: no command of it is the next one anywhere.
    @Test func nothingThatWasTypedFitsBetween() throws {
        for typed in [
            "true", "set a=b", "set pager=0", "insmod gzio", "rmmod tpm", "[ a = a ]", "", "load_env -f /x",
            "configfile /x", "menuentry x { }", "echo", "module2 /evil",
        ] {
            for place in Self.texts.indices {
                var texts = Self.texts
                texts.insert(typed, at: place)
                #expect(try refused(texts, [Self.finder, Self.menu]) == place, "\(typed) at \(place)")
            }
        }
    }

    /// A golden command once more, or before its turn, is as good for using the memory up as another.
    @Test func aCommandOfTheConfigurationHasOnePlace() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the moved commands: \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var texts = Self.texts
            let text = texts[Int.random(in: 0..<texts.count, using: &generator)]
            let place = Int.random(in: 0..<texts.count, using: &generator)
            texts.insert(text, at: place)
            #expect(try refused(texts, [Self.finder, Self.menu]) != nil, "\(text) at \(place)")
        }
    }

    /// Of a variable's value nothing is known but how long one is at most.
    @Test func aVariableHoldsNoMoreThanAnyConfigurationGivesIt() throws {
        let most = TextPattern.roomOfVariable
        for (count, isRefused) in [(0, false), (most, false), (most + 1, true)] {
            let text = "set a=" + String(repeating: "x", count: count)
            #expect((try refused([text], ["set a=\"$b\""]) == 0) == isRefused, "\(count)")
        }
    }

    @Test func wordsAreThoseThatGrubMakes() throws {
        for (line, text) in [
            ("echo  'a  b' \"c d\"\te", "echo a  b c d e"), ("echo a\\ b", "echo a b"),
            ("echo \"\\$a \\x\"", "echo $a \\x"),
            ("echo a$b'c'", "echo axc"), ("echo $a", "echo"), ("echo \"$a\"", "echo "), ("echo ${1} x # y", "echo a x"),
            ("echo \\\n  a", "echo a"), ("echo \\x \\~", "echo x ~"), ("echo $Az9_Z.", "echo v."), ("a=b", "a=b"),
            ("! test -e x", "! test -e x"),
            ("echo if then", "echo if then"),
            ("ls (*)", "ls (hd0)"), ("echo ''", "echo "),
        ] {
            #expect(try refused([text], [line]) == nil, "\(line)")
        }
    }

    @Test func loopsAndFunctionsRunAsTheyLike() throws {
        let loop = "while test $a; do echo a; if test b; then break; fi; done; echo end"
        let turns = ["test x", "echo a", "test b", "test x", "echo a", "test b", "break", "echo end"]
        #expect(try refused(turns, [loop]) == nil)
        #expect(try refused(["test x", "echo end"], [loop]) == nil)
        #expect(try refused(["echo a"], [loop]) == 0)
        #expect(try refused(turns, [loop.replacing("while", with: "until")]) == nil)
        let function = "function f { test a; return; echo never; }\nf 1\necho end"
        #expect(try refused(["f 1", "test a", "return", "echo end"], [function]) == nil)
        #expect(try refused(["f 1", "echo end"], [function]) == 1)
        // One that calls itself is followed to no end.
        let script = try #require(GrubScript(Array("function f { f; }\nf".utf8)))
        #expect(!GrubRun([script]).isWhole)
    }

    /// Three calls in each function: of a few lines come more commands than anybody follows.
    @Test func aConfigurationThatIsTooLargeIsNotFollowed() throws {
        for (depth, isWhole) in [(1, true), (6, true), (12, false)] {
            let functions = (1...depth).map { "function f\($0) { f\($0 - 1); f\($0 - 1); f\($0 - 1); }" }
            let text = (["function f0 { echo; }"] + functions + ["f\(depth)"]).joined(separator: "\n")
            let script = try #require(GrubScript(Array(text.utf8)))
            #expect(GrubRun([script]).isWhole == isWhole, "\(depth)")
        }
    }

    @Test func whatIsNoScriptIsNone() {
        for text in [
            "if a; then b", "if a", "while a; do b", "function f", "menuentry x {", "echo 'a", "echo \"a", "echo ${a",
            "}",
            "for a in b; echo", "a\0b", "if a; then b; fi; }", "echo a | b", String(repeating: "{", count: 500),
            "if a; then b; " + String(repeating: "elif a; then b; ", count: 500) + "fi",
            String(repeating: "if a; then ", count: 500), String(repeating: "if a; then b; el", count: 500),
        ] { #expect(GrubScript(Array(text.utf8)) == nil, "\(text.prefix(40))") }
        #expect(GrubScript(Array("menu".utf8))?.loadsSystem == false)
        for text in ["multiboot2 /x", "menuentry a {\nchainloader /x\n}", "function f { multiboot2 /x; }"] {
            #expect(GrubScript(Array(text.utf8))?.loadsSystem == true)
        }
    }

    /// Whatever the text is, reading it and following it end.
    @Test func anyTextIsReadToAnEnd() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the scripts: \(seed)")
        var generator = SeededGenerator(seed: seed)
        let parts = [
            "if ", "then ", "else ", "elif ", "fi ", "while ", "do ", "done ", "for ", "function ", "f ", "{ ", "} ",
            ";", "\n",
            "'", "\"", "\\", "$", "${", "#", "a ", "menuentry ", "source ", "*", "|", "$a ", "return ", "break ",
        ]
        for _ in 0..<3000 {
            let count = Int.random(in: 0..<40, using: &generator)
            let text = (0..<count).map { _ in parts[Int.random(in: 0..<parts.count, using: &generator)] }.joined()
            guard let script = GrubScript(Array(text.utf8)) else { continue }
            let run = GrubRun([script])
            _ = run.advanced(run.beginning, by: Array("a".utf8))
        }
    }
}

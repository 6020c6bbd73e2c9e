// SPDX-License-Identifier: Apache-2.0

import Platform

/// A configuration of GRUB: its commands in the order in which they can run (GRUB 2.06 to 2.14,
/// grub-core/script/parser.y and yylex.l). Nothing is evaluated.
struct GrubScript: Sendable {
    indirect enum Statement: Sendable {
        case command(Command)
        /// The condition's commands, then one of the two.
        case branch(condition: [Statement], then: [Statement], otherwise: [Statement])
        /// Both as often as it pleases.
        case loop(condition: [Statement], body: [Statement])
    }

    struct Command: Sendable {
        /// What GRUB measures of it: its words joined by spaces.
        var pattern = TextPattern()
        /// The first word; empty where a variable stands in it.
        var name: [UInt8] = []
        /// The second word: a menu entry's title.
        var title = TextPattern()
        /// What its words without variables consist of, parted at spaces.
        var literalWords: [[UInt8]] = []
        /// The commands between the braces behind it.
        var block: [Statement]?
    }

    let statements: [Statement]
    /// By name, the last definition first.
    let functions: [(name: [UInt8], body: [Statement])]
    /// Whether it loads a system, so that it is what GRUB was to run.
    let loadsSystem: Bool

    /// No configuration is larger.
    private static let limit = 1 << 20

    /// `nil` for what is no script of GRUB's.
    init?(_ text: [UInt8]) {
        guard text.count <= Self.limit, !text.contains(0) else { return nil }
        var parser = GrubScriptParser(text)
        statements = parser.statements(until: [])
        guard parser.isDone else { return nil }
        functions = parser.functions.reversed()
        loadsSystem = Self.loads(statements) || functions.contains { Self.loads($0.body) }
    }

    private static func loads(_ statements: [Statement]) -> Bool {
        statements.contains { statement in
            switch statement {
            case .command(let command):
                command.name == Line("multiboot2").bytes || command.name == Line("chainloader").bytes
                    || command.block.map(loads) == true
            case .branch(let condition, let then, let otherwise): loads(condition) || loads(then) || loads(otherwise)
            case .loop(let condition, let body): loads(condition) || loads(body)
            }
        }
    }
}

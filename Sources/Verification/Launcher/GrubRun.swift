// SPDX-License-Identifier: Apache-2.0

import Platform

/// Whether texts of PCR 8 can be a run of configurations: each is a command that can come next. A condition may end either
/// way, a loop may go on, a menu entry is chosen once. What was typed between the commands of a run fits nowhere.
struct GrubRun {
    private struct State {
        var further: [Int] = []
        var step: (command: GrubScript.Command, target: Int)?
    }

    private var states: [State] = []
    private let functions: [(name: [UInt8], body: [GrubScript.Statement])]
    private let start: Int
    private let menu: Int
    private let sourced: Int
    private var steps = 0
    private var depth = 0
    /// False where the configurations were too large to follow.
    private(set) var isWhole = true

    private static let mostStates = 200_000
    /// Functions that call one another.
    private static let deepest = 16

    /// Where `return`, `break` and `continue` lead.
    private struct Exits {
        var function: Int?
        var loopStart: Int?
        var loopEnd: Int?
    }

    init(_ scripts: [GrubScript]) {
        functions = scripts.flatMap(\.functions)
        states = [State(), State(), State()]
        (start, menu, sourced) = (0, 1, 2)
        for script in scripts {
            let end = follow(script.statements, from: start, Exits())
            connect(end, menu)
            connect(end, sourced)
        }
    }

    /// More texts than that no run has: a menu inside a menu, or a file, may be gone through more than once.
    var mostTexts: Int { 2 * steps + 64 }

    private mutating func state() -> Int {
        if states.count < Self.mostStates { states.append(State()) } else { isWhole = false }
        return states.count - 1
    }

    private mutating func connect(_ from: Int, _ to: Int) { states[from].further.append(to) }

    private mutating func follow(_ statements: [GrubScript.Statement], from: Int, _ exits: Exits) -> Int {
        var place = from
        for statement in statements where isWhole {
            switch statement {
            case .command(let command): place = follow(command, from: place, exits)
            case .branch(let condition, let then, let otherwise):
                let decided = follow(condition, from: place, exits)
                let end = state()
                for branch in [then, otherwise] { connect(follow(branch, from: decided, exits), end) }
                place = end
            case .loop(let condition, let body):
                let (begin, end) = (state(), state())
                connect(place, begin)
                var exits = exits
                (exits.loopStart, exits.loopEnd) = (begin, end)
                let decided = follow(condition, from: begin, exits)
                connect(decided, end)
                connect(follow(body, from: decided, exits), begin)
                place = end
            }
        }
        return place
    }

    private mutating func follow(_ command: GrubScript.Command, from: Int, _ exits: Exits) -> Int {
        // A state has one step: what else leads from here begins at states of its own.
        let begin = state()
        connect(from, begin)
        let after = state()
        guard isWhole else { return after }
        states[begin].step = (command: command, target: after)
        steps += 1
        if let body = functions.first(where: { $0.name == command.name })?.body { return call(body, from: after) }
        func isNamed(_ names: [StaticString]) -> Bool { names.contains { Line($0).bytes == command.name } }
        if isNamed(["source", ".", "configfile", "normal"]) {
            connect(after, start)
            let back = state()
            connect(after, back)
            connect(sourced, back)
            return back
        }
        if isNamed(["return"]), let end = exits.function { connect(after, end) }
        if isNamed(["break"]), let end = exits.loopEnd { connect(after, end) }
        if isNamed(["continue"]), let begin = exits.loopStart { connect(after, begin) }
        if let block = command.block { addEntry(command, block) }
        return after
    }

    private mutating func call(_ body: [GrubScript.Statement], from: Int) -> Int {
        depth += 1
        defer { depth -= 1 }
        let end = state()
        guard depth <= Self.deepest, isWhole else {
            isWhole = false
            return end
        }
        connect(follow(body, from: from, Exits(function: end)), end)
        return end
    }

    /// GRUB puts `setparams` with its title before an entry's commands. After a menu in a menu an entry is chosen again;
    /// after an entry nothing is, or it failed.
    private mutating func addEntry(_ command: GrubScript.Command, _ block: [GrubScript.Statement]) {
        var parameters = GrubScript.Command()
        parameters.pattern.append(Line("setparams ").bytes)
        parameters.pattern.append(command.title)
        parameters.pattern.open()
        let (begin, after) = (state(), state())
        guard isWhole else { return }
        connect(menu, begin)
        states[begin].step = (command: parameters, target: after)
        let end = follow(block, from: after, Exits())
        if command.name == Line("submenu").bytes { connect(end, menu) }
    }
}

extension GrubRun {
    /// Where a run stands.
    struct Position {
        fileprivate var states: Set<Int>
        /// The commands that the last text may be of.
        fileprivate(set) var commands: [GrubScript.Command] = []
    }

    var beginning: Position { Position(states: closure([start])) }

    /// `nil` where no command that makes this text can come next.
    func advanced(_ position: Position, by text: [UInt8]) -> Position? {
        var targets: [Int] = []
        var commands: [GrubScript.Command] = []
        for index in position.states {
            guard let step = states[index].step, step.command.pattern.matches(text) else { continue }
            targets.append(step.target)
            commands.append(step.command)
        }
        return targets.isEmpty ? nil : Position(states: closure(targets), commands: commands)
    }

    private func closure(_ start: [Int]) -> Set<Int> {
        var found = Set(start)
        var open = start
        while let index = open.popLast() {
            for further in states[index].further where found.insert(further).inserted { open.append(further) }
        }
        return found
    }
}

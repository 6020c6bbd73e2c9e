// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// Everything that is tried with one graph.
struct ModelCheck {
    /// Which operations of a launch fail, and how.
    enum Faults {
        case everyOneInEveryWay
        /// Which error code, by chance.
        case everyOne
        case some(Int)
    }

    private static let errors: [Int32] = [5, 17, 22]
    /// Of these calls there are many for each domain: one in so many of them is made to fail.
    private static let frequent: [Platform.Operation: Int] = [.xenstoreWrite: 7, .xenstoreRead: 7]
    /// Those of one list differ in the code alone.
    private static let tpmFaults: [[SimulatedTPM.Fault]] = [
        [.refuse(0x101), .refuse(0x922), .refuse(0x8_000D)], [.loseAnswer(0xA_000A), .loseAnswer(0x909)], [.pretend],
        [.reset], [.restart], [.resume], [.vanish], [.flipBit],
    ]
    private static let bankLists: [[HashAlgorithm]] = [
        [.sha256], [.sha1, .sha256], [.sha256, .sha1], [.sha384, .sha256],
    ]

    private let graph: [[Int]]
    private var generator: SeededGenerator
    private(set) var result = Result()

    init(_ graph: [[Int]], seed: UInt64) {
        self.graph = graph
        generator = SeededGenerator(seed: seed)
    }

    mutating func check(interleavings: Int, faults: Faults) {
        fail(randomLaunch(isWellBehaved: false), faults)
        vary(interleavings)
    }

    /// Conducts, behaviours, banks, policies, places for the log and xenstore by chance; the Recovery Domain in every
    /// second launch.
    private mutating func randomLaunch(isWellBehaved: Bool) -> SmallLaunch {
        var launch = SmallLaunch(graph)
        let hasRecovery = generator.isOneIn(2)
        let hasXenstore = generator.isOneIn(4)
        let banks = Self.bankLists.randomElement(using: &generator) ?? [.sha256]
        launch.tpm = SimulatedTPM(banks: banks.map { $0.rawValue })
        launch.host.listsBackwards = generator.isOneIn(2)
        launch.lcm.settings.tpmPolicy =
            [.require, .require, .warn, .off].randomElement(using: &generator) ?? .require
        if generator.isOneIn(16) { launch.tpm.isPresent = false }
        for index in graph.indices {
            var conduct = DomainConduct(timeout: 1000)
            let answers: [DomainConduct.OnFailure] = hasRecovery ? [.halt, .recover, .skip] : [.halt, .skip]
            conduct.onFailure = isWellBehaved ? .halt : answers.randomElement(using: &generator) ?? .halt
            if generator.isOneIn(2) {
                let node = "/local/domain/\(index + 1)/data/ready"
                conduct.readiness =
                    hasXenstore && generator.isOneIn(2) ? .node(path: Array(node.utf8), value: nil) : .poweredOff
            } else {
                conduct.timeout = DomainConduct.standardTimeout
            }
            launch.lcm.domains[index].conduct = conduct
            if generator.isOneIn(4) { launch.giveLog(to: index) }
        }
        if hasRecovery { launch.add(graph.count, [], roles: .recovery) }
        if hasXenstore {
            launch.addXenstore(
                launch.lcm.domains.indices.filter { index in
                    if case .node = launch.lcm.domains[index].conduct.readiness {
                        true
                    } else {
                        generator.isOneIn(2)
                    }
                })
        }
        setBehaviours(&launch, isWellBehaved: isWellBehaved)
        // PVH and PV beside each other; a launch with one takes longer.
        if generator.isOneIn(64), let index = launch.lcm.domains.indices.first(where: { !launch.isEnhanced($0) }) {
            launch.makePV(index, list: 0)
        }
        return launch
    }

    /// When each domain is ready, and whether.
    private mutating func setBehaviours(_ launch: inout SmallLaunch, isWellBehaved: Bool) {
        for index in graph.indices {
            let after = UInt64.random(in: 1...900_000, using: &generator)
            let good: DomainBehaviour.Act
            switch launch.lcm.domains[index].conduct.readiness {
            case .unpaused: continue
            case .poweredOff: good = .shutDown(.powerOff)
            case .node(let path, _): good = .write(path: path, value: [0x31])
            }
            var behaviour = DomainBehaviour([(after, good)])
            if !isWellBehaved, generator.isOneIn(5) {
                let others: [DomainBehaviour] = [
                    DomainBehaviour(), DomainBehaviour([(after, .die)]), DomainBehaviour([(after, .shutDown(.crash))]),
                ]
                behaviour = others.randomElement(using: &generator) ?? behaviour
            }
            launch.host.domainsByID[UInt16(index + 1)]?.behaviour = behaviour
        }
    }

    private mutating func fail(_ launch: SmallLaunch, _ faults: Faults) {
        for fault in chosen(faults, of: tryOut(launch, "no fault")) {
            var failing = launch
            switch fault {
            case .hypercall(let call, let code):
                failing.host.failure = (call, code)
                tryOut(failing, "hypercall \(call) errno \(code)")
            case .command(let command, let kind):
                failing.tpm.faults[command] = kind
                tryOut(failing, fault: (command, kind), "TPM command \(command) \(kind)")
            }
        }
    }

    private enum Fault {
        case hypercall(Int, errno: Int32)
        case command(Int, SimulatedTPM.Fault)
    }

    /// Among the operations of a run without a fault.
    private mutating func chosen(_ faults: Faults, of run: LaunchRun) -> [Fault] {
        var cases: [[Fault]] = []
        var seen: [Platform.Operation: Int] = [:]
        for (call, what) in run.host.calls.enumerated() {
            seen[what.operation, default: 0] += 1
            guard (seen[what.operation] ?? 0) % (Self.frequent[what.operation] ?? 1) == 0 else { continue }
            cases.append(Self.errors.map { .hypercall(call, errno: $0) })
        }
        for command in run.tpm.commands.indices {
            cases += Self.tpmFaults.map { $0.map { .command(command, $0) } }
        }
        switch faults {
        case .everyOneInEveryWay: return cases.flatMap { $0 }
        case .everyOne: return cases.compactMap { $0.randomElement(using: &generator) }
        case .some(let count):
            let all = cases.flatMap { $0 }
            return (0..<count).compactMap { _ in all.randomElement(using: &generator) }
        }
    }

    /// I4: other times, other machine frames, and all lists the other way round: the same log.
    private mutating func vary(_ count: Int) {
        var launch = randomLaunch(isWellBehaved: true)
        let expected = tryOut(launch, "well-behaved")
        for number in 1..<max(count, 1) {
            setBehaviours(&launch, isWellBehaved: true)
            if number % 2 == 1 {
                launch.host.listsBackwards.toggle()
                let banks = launch.tpm.banks
                launch.tpm.banks = banks.reversed()
                for index in launch.lcm.domains.indices { launch.lcm.domains[index].dependencies.reverse() }
                if let index = launch.lcm.domains.firstIndex(where: { $0.mode == .pv }) {
                    launch.makePV(index, list: number / 2 % 2)
                }
            }
            let what = "interleaving \(number)"
            if let problem = Self.difference(expected, tryOut(launch, what)) { report(problem, what) }
        }
    }

    static func difference(_ run: LaunchRun, _ other: LaunchRun) -> String? {
        run.journal.eventLogs.last == other.journal.eventLogs.last
            ? nil : "I4: the log depends on times or on the order of a list"
    }

    @discardableResult
    private mutating func tryOut(
        _ launch: SmallLaunch, fault: Invariants.TPMFault? = nil, _ what: String
    ) -> LaunchRun {
        let run = launch.run()
        result.count(run.end, hasPV: launch.lcm.domains.contains { $0.mode == .pv })
        if let broken = Invariants(launch, run, fault: fault).broken { report(broken, what) }
        return run
    }

    private mutating func report(_ problem: String, _ what: String) {
        result.problems.append((problem, "graph \(graph), \(what)"))
    }
}

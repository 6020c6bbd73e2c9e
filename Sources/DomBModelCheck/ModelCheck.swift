// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// Everything that is tried with one graph.
struct ModelCheck {
    struct Result: Sendable {
        var runs = 0
        var complete = 0
        var partial = 0
        var recovered = 0
        var halted = 0
        /// What does not hold, and where.
        var problems: [(text: String, place: String)] = []

        /// One line for everything that is broken, with its first example.
        var summary: [String] {
            let kinds = Dictionary(grouping: problems) { $0.text }.sorted { $0.key < $1.key }
            return kinds.map { "\($0.key): \($0.value.count) times, as in \($0.value[0].place)" }
        }

        mutating func add(_ other: Result) {
            runs += other.runs
            complete += other.complete
            partial += other.partial
            recovered += other.recovered
            halted += other.halted
            problems += other.problems
        }
    }

    private static let errors: [Int32] = [5, 17, 22]
    private static let tpmFaults: [SimulatedTPM.Fault] = [
        .refuse(0x101), .refuse(0x922), .loseAnswer(0xA_000A), .pretend, .reset, .vanish, .flipBit,
    ]

    private let graph: [[Int]]
    private var generator: SeededGenerator
    private(set) var result = Result()
    private var logs: Set<[UInt8]> = []

    init(_ graph: [[Int]], seed: UInt64) {
        self.graph = graph
        generator = SeededGenerator(seed: seed)
    }

    /// `samples`: how many faults; `nil` for every operation times every kind.
    mutating func check(interleavings: Int, samples: Int?) {
        let launch = randomLaunch(isWellBehaved: false)
        fail(launch, samples: samples)
        for _ in 0..<interleavings {
            var other = randomLaunch(isWellBehaved: true)
            for index in other.module.domains.indices {
                other.module.domains[index].conduct.onFailure = .halt
            }
            tryOut(other, hasTPMFault: false, "interleaving")
        }
        tighten()
    }

    /// Conducts and behaviours by chance; the Recovery Domain in every second launch.
    private mutating func randomLaunch(isWellBehaved: Bool) -> SmallLaunch {
        var launch = SmallLaunch(graph)
        let hasRecovery = generator.isOneIn(2)
        for index in graph.indices {
            var conduct = DomainConduct(timeout: 1000)
            let answers: [DomainConduct.OnFailure] = hasRecovery ? [.halt, .recover, .skip] : [.halt, .skip]
            conduct.onFailure = answers.randomElement(using: &generator) ?? .halt
            if generator.isOneIn(2) {
                conduct.readiness = .poweredOff
                let after = UInt64.random(in: 1...900_000, using: &generator)
                launch.host.domainsByID[UInt16(index + 1)]?.behaviour = behaviour(after, isWellBehaved)
            } else {
                conduct.timeout = DomainConduct.standardTimeout
            }
            launch.module.domains[index].conduct = conduct
        }
        if hasRecovery { launch.add(graph.count, [], roles: .recovery) }
        return launch
    }

    private mutating func behaviour(_ after: UInt64, _ isWellBehaved: Bool) -> DomainBehaviour {
        guard !isWellBehaved, generator.isOneIn(5) else { return DomainBehaviour([(after, .shutDown(.powerOff))]) }
        let others: [DomainBehaviour] = [
            DomainBehaviour(), DomainBehaviour([(after, .die)]), DomainBehaviour([(after, .shutDown(.crash))]),
        ]
        return others.randomElement(using: &generator) ?? DomainBehaviour()
    }

    private mutating func fail(_ launch: SmallLaunch, samples: Int?) {
        let run = tryOut(launch, hasTPMFault: false, "no fault")
        let (calls, commands) = (run.host.calls.count, run.tpm.commands.count)
        var cases: [(call: Int, kind: Int, isTPMs: Bool)] = []
        for call in 0..<calls { for kind in Self.errors.indices { cases.append((call, kind, false)) } }
        for command in 0..<commands { for kind in Self.tpmFaults.indices { cases.append((command, kind, true)) } }
        if let samples { cases = (0..<samples).compactMap { _ in cases.randomElement(using: &generator) } }
        for (call, kind, isTPMs) in cases {
            var failing = launch
            if isTPMs {
                failing.tpm.faults[call] = Self.tpmFaults[kind]
                tryOut(failing, hasTPMFault: true, "TPM command \(call) \(Self.tpmFaults[kind])")
            } else {
                failing.host.failure = (call, Self.errors[kind])
                tryOut(failing, hasTPMFault: false, "hypercall \(call) errno \(Self.errors[kind])")
            }
        }
    }

    /// I9: an LCM that asks for less than the command line demands is refused, and nothing is done.
    private mutating func tighten() {
        var launch = SmallLaunch(graph)
        launch.module.settings.tpmPolicy = .warn
        launch.arguments.leastTPMPolicy = .require
        let run = tryOut(launch, hasTPMFault: false, "least policy")
        guard case .refusal(.policyBelowLeast) = run.failure?.cause, run.unpaused.isEmpty else {
            return report("I9: a weaker policy is not refused", "least policy")
        }
    }

    @discardableResult
    private mutating func tryOut(_ launch: SmallLaunch, hasTPMFault: Bool, _ what: String) -> LaunchRun {
        let run = launch.run()
        result.runs += 1
        switch run.end {
        case .complete: result.complete += 1
        case .partial: result.partial += 1
        case .recovered: result.recovered += 1
        case .none: result.halted += 1
        }
        if let broken = Invariants(launch, run).broken(hasTPMFault: hasTPMFault) { report(broken, what) }
        return run
    }

    private mutating func report(_ problem: String, _ what: String) {
        result.problems.append((problem, "graph \(graph), \(what)"))
    }
}

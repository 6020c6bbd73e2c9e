// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Launches of every small dependency graph, with every operation made to fail: do the design's invariants hold?
@main
struct DomBModelCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domb-modelcheck",
        abstract: "Check a launch's invariants over every small graph and every failure, or its speed over large ones.")

    @Option(help: "What chance chooses by.")
    var seed: UInt64 = 20_261_126
    @Option(help: "Graphs of so many domains at most; 6 tries those of up to 12 that are free at once, too.")
    var domains = 6
    @Option(help: "Faults for each graph of six domains.")
    var samples = 6
    @Option(help: "Fault-free launches for each graph, each with its own times and orders of lists.")
    var interleavings = 3
    @Flag(help: "Every error code of every operation for graphs of four domains, too, instead of one by chance.")
    var whole = false
    @Flag(help: "Plan and replay large launches, and print what that takes.")
    var scale = false
    @Flag(help: "Check the check: runs as a faulty DomB would leave them, each of which it must catch.")
    var selfTest = false

    mutating func run() async throws {
        guard !scale else { return Scale.measure() }
        guard !selfTest else { return try Self.testItself() }
        let clock = ContinuousClock()
        let start = clock.now
        var all = ModelCheck.Result()
        for (what, graphs, faults) in kinds {
            let result = await Self.check(graphs, seed: seed, interleavings: interleavings, faults: faults)
            print("\(graphs.count) \(what): \(result.runs) launches, \(result.pv) with a PV domain")
            all.add(result)
        }
        let demands = Demands.broken()
        print("\(demands.tried) forms of a command line's demands")
        if let problem = demands.problem { all.problems.append((problem, "the command line")) }
        print(
            "seed \(seed): \(all.runs) launches in \(clock.now - start): \(all.complete) complete, \(all.partial) partial, "
                + "\(all.recovered) recovered, \(all.halted) halted")
        for line in all.summary { print(line) }
        guard all.problems.isEmpty else {
            print("\(all.problems.count) launches break an invariant")
            throw ExitCode(1)
        }
        print("I1 to I9 hold in every one")
    }

    private typealias Kind = (what: String, graphs: [[[Int]]], faults: ModelCheck.Faults)

    private var kinds: [Kind] {
        let few = max(1, min(domains, 3))
        var kinds: [Kind] = [
            ("labelled graphs of 1 to \(few) domains", (1...few).flatMap { Graphs.labelled($0) }, .everyOneInEveryWay)
        ]
        if domains >= 4 {
            kinds.append(("labelled graphs of 4 domains", Graphs.labelled(4), whole ? .everyOneInEveryWay : .everyOne))
        }
        if domains >= 5 { kinds.append(("classes of graphs of 5 domains", Graphs.classes(5), .some(4 * samples))) }
        guard domains >= 6 else { return kinds }
        kinds.append(("classes of graphs of 6 domains", Graphs.classes(6), .some(samples)))
        kinds.append(("graphs of 7 to 12 domains that are free at once", Graphs.free, .some(4 * samples)))
        return kinds
    }

    private static func testItself() throws {
        let missed = PlantedFault.all.filter { fault in
            let told = fault.told()
            let isCaught = told.contains { $0.hasPrefix("\(fault.invariant): ") } && told.count == 1
            print("\(isCaught ? "caught" : "MISSED") \(fault.invariant) \(fault.name): \(told.joined(separator: "; "))")
            return !isCaught
        }
        guard missed.isEmpty else {
            print("\(missed.count) of \(PlantedFault.all.count) planted faults are missed")
            throw ExitCode(1)
        }
        print("\(PlantedFault.all.count) planted faults, each caught by its invariant")
    }

    /// In as many pieces as there is something to do for every cpu.
    private static func check(
        _ graphs: [[[Int]]], seed: UInt64, interleavings: Int, faults: ModelCheck.Faults
    ) async -> ModelCheck.Result {
        await withTaskGroup(of: ModelCheck.Result.self) { group in
            let size = max(1, graphs.count / 64)
            for start in stride(from: 0, to: graphs.count, by: size) {
                let part = Array(graphs[start..<min(start + size, graphs.count)])
                group.addTask {
                    var sum = ModelCheck.Result()
                    for (index, graph) in part.enumerated() {
                        var check = ModelCheck(graph, seed: seed &+ UInt64(start + index))
                        check.check(interleavings: interleavings, faults: faults)
                        sum.add(check.result)
                    }
                    return sum
                }
            }
            var all = ModelCheck.Result()
            for await result in group { all.add(result) }
            return all
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Prediction
import SimulatedPlatform

/// Large launches: what planning and replaying them takes.
enum Scale {
    private static let counts = [1250, 2500, 5000, 10_000]

    static func measure() {
        for (name, graph) in [
            ("chain", chain), ("star", star), ("layers of 100", layers), ("random", random),
        ] as [(String, (Int) -> [[Int]])] {
            var seconds: [Double] = []
            for count in counts {
                let launch = SmallLaunch(graph(count))
                let clock = ContinuousClock()
                let start = clock.now
                let run = launch.run()
                let took = clock.now - start
                guard run.end == .complete, run.unpaused.count == count else {
                    return print("\(name), \(count) domains: not complete")
                }
                seconds.append(Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18)
            }
            let times = zip(counts, seconds).map { "\($0): \(rounded($1)) s" }.joined(separator: ", ")
            let growth = log(seconds[3] / seconds[0]) / log(8)
            print("\(name): \(times); grows with exponent \(rounded(growth))")
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

    private static func chain(_ count: Int) -> [[Int]] { (0..<count).map { $0 == 0 ? [] : [$0 - 1] } }

    private static func star(_ count: Int) -> [[Int]] { (0..<count).map { $0 == 0 ? [] : [0] } }

    private static func layers(_ count: Int) -> [[Int]] {
        (0..<count).map { index in
            guard index >= 100 else { return [] }
            let below = (index / 100 - 1) * 100
            return [0, 7, 31].map { below + (index + $0) % 100 }
        }
    }

    private static func random(_ count: Int) -> [[Int]] {
        var generator = SeededGenerator(seed: 1)
        return (0..<count).map { index in
            index == 0 ? [] : Array(Set((0..<3).map { _ in Int.random(in: 0..<index, using: &generator) })).sorted()
        }
    }
}

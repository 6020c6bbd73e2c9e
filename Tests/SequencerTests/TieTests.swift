// SPDX-License-Identifier: Apache-2.0

import SimulatedPlatform
import Testing

@testable import Sequencer

/// I4: of several domains that may run the first in LCM order does, however many there are.
@Suite struct TieTests {
    private func permutations(_ count: Int) -> [[Int]] {
        guard count > 0 else { return [[]] }
        return permutations(count - 1).flatMap { shorter in
            (0...shorter.count).map { place in
                var longer = shorter
                longer.insert(count - 1, at: place)
                return longer
            }
        }
    }

    /// Every order of up to seven, and put in while others are taken out.
    @Test(arguments: 1...7) func theSmallestComesFirst(count: Int) {
        for order in permutations(count) {
            var heap = MinHeap()
            for item in order { heap.insert(item) }
            #expect((0..<count).map { _ in heap.popSmallest() } == (0..<count).map { $0 })
            #expect(heap.popSmallest() == nil)
        }
        for order in permutations(min(count, 5)) {
            var heap = MinHeap()
            var held: [Int] = []
            for item in order + order.map({ $0 + 3 }) {
                heap.insert(item)
                held.append(item)
                guard item % 2 == 0, let least = held.min(), let place = held.firstIndex(of: least) else { continue }
                #expect(heap.popSmallest() == least)
                held.remove(at: place)
            }
        }
    }

    /// Against the plainest rule that there is: the least index whose dependencies are all ready.
    @Test func everyGraphIsOrderedByTheLeastThatMayRun() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("graphs with ties: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for round in 0..<120 {
            let count = 5 + round % 21
            let names = (0..<count).shuffled(using: &random)
            let density = [0, 8, 3, 2][round % 4]
            var dependencies = [[Int]](repeating: [], count: count)
            for (place, index) in names.enumerated() where density > 0 {
                dependencies[index] = names[..<place].filter { _ in random.isOneIn(density * 4) }
            }
            var expected: [Int] = []
            while let next = (0..<count).first(where: { index in
                !expected.contains(index) && dependencies[index].allSatisfy { expected.contains($0) }
            }) { expected.append(next) }
            let graph = DependencyGraph(dependencies: dependencies)
            #expect(try graph.order() == expected)
            // And as the launch goes: some are ready at once, some later.
            var order = LaunchOrder(graph, apart: nil)
            var (ready, running) = ([Int](), [Int]())
            while ready.count < count {
                let free = (0..<count).first { index in
                    !ready.contains(index) && !running.contains(index)
                        && dependencies[index].allSatisfy { ready.contains($0) }
                }
                let next = order.next()
                #expect(next == free)
                if let next {
                    let waits = random.isOneIn(3)
                    order.unpaused(next, deadline: waits ? 100 : nil)
                    if waits { running.append(next) } else { ready.append(next) }
                } else {
                    guard let done = running.randomElement(using: &random) else { break }
                    running.removeAll { $0 == done }
                    ready.append(done)
                    order.ready(done)
                }
            }
        }
    }

    @Test func manyFreeDomainsAreUnpausedInLCMOrder() throws {
        for count in [5, 6, 7, 11, 24] {
            var launch = try SimulatedLaunch(dependencies: [[Int]](repeating: [], count: count), handoff: .park)
            launch.tpm = SimulatedTPM()
            #expect(launch.run().unpaused.map { Int($0.rawValue) } == Array(1...count))
            launch.host.listsBackwards = true
            #expect(launch.run().unpaused.map { Int($0.rawValue) } == Array(1...count))
        }
    }
}

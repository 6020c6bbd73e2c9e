// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Sequencer

@Suite struct DependencyGraphTests {
    @Test func equalsKeepLCMOrder() throws {
        #expect(try DependencyGraph(dependencies: [[], [], []]).order() == [0, 1, 2])
    }

    @Test func aDomainComesAfterAllThatItDependsOn() throws {
        #expect(try DependencyGraph(dependencies: [[2], [0], []]).order() == [2, 0, 1])
    }

    @Test func aFreedDomainComesBeforeLaterOnes() throws {
        // 1 waits for 0; 2 waits for nothing: 1 is free as soon as 0 runs, and comes first.
        #expect(try DependencyGraph(dependencies: [[], [0], []]).order() == [0, 1, 2])
    }

    @Test func aCycleIsToldInItsOrder() {
        // 0 <- 1 -> 2 -> 3 -> 1: the domain outside the cycle is not named.
        let graph = DependencyGraph(dependencies: [[], [0, 2], [3], [1]])
        #expect(throws: DependencyCycle(indices: [1, 2, 3])) { try graph.order() }
    }

    @Test func whoWaitsForACycleIsNotPartOfIt() {
        let graph = DependencyGraph(dependencies: [[1], [2], [1]])
        #expect(throws: DependencyCycle(indices: [1, 2])) { try graph.order() }
    }

    /// Every graph of up to four domains: the order holds every dependency, or a cycle really is one.
    @Test(arguments: 1...4) func everySmallGraph(count: Int) throws {
        let pairs = (0..<count).flatMap { from in (0..<count).filter { $0 != from }.map { (from, $0) } }
        for bits in 0..<(1 << pairs.count) {
            var dependencies = [[Int]](repeating: [], count: count)
            for (place, pair) in pairs.enumerated() where bits >> place & 1 == 1 {
                dependencies[pair.0].append(pair.1)
            }
            do {
                let order = try DependencyGraph(dependencies: dependencies).order()
                #expect(order.sorted() == Array(0..<count))
                for (index, targets) in dependencies.enumerated() {
                    for target in targets {
                        let before = try #require(order.firstIndex(of: target))
                        let after = try #require(order.firstIndex(of: index))
                        #expect(before < after)
                    }
                }
            } catch let cycle as DependencyCycle {
                #expect(cycle.indices.count >= 2)
                for (index, next) in zip(cycle.indices, cycle.indices.dropFirst() + cycle.indices.prefix(1)) {
                    #expect(dependencies[index].contains(next))
                }
            }
        }
    }
}

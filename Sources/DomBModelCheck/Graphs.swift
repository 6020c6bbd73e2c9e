// SPDX-License-Identifier: Apache-2.0

import Sequencer

/// Dependency graphs without cycles.
enum Graphs {
    /// All of them on so many domains that have names: 1, 3, 25, 543.
    static func labelled(_ count: Int) -> [[[Int]]] {
        let pairs = (0..<count).flatMap { from in (0..<count).filter { $0 != from }.map { (from, $0) } }
        return (0..<(1 << pairs.count)).compactMap { bits in
            var dependencies = [[Int]](repeating: [], count: count)
            for (place, pair) in pairs.enumerated() where bits >> place & 1 == 1 {
                dependencies[pair.0].append(pair.1)
            }
            do throws(DependencyCycle) {
                _ = try DependencyGraph(dependencies: dependencies).order()
                return dependencies
            } catch {
                return nil
            }
        }
    }

    /// One of each that differ in more than names: 1, 2, 6, 31, 302, 5984.
    static func classes(_ count: Int) -> [[[Int]]] {
        let pairs = (0..<count).flatMap { from in (0..<from).map { (from, $0) } }
        let orders = permutations(count)
        var seen: Set<UInt64> = []
        var found: [[[Int]]] = []
        for bits in 0..<(1 << pairs.count) {
            let edges = pairs.enumerated().filter { bits >> $0.offset & 1 == 1 }.map { $0.element }
            var least = UInt64.max
            for order in orders {
                var word: UInt64 = 0
                for (from, to) in edges { word |= 1 << UInt64(order[from] * count + order[to]) }
                least = min(least, word)
            }
            guard seen.insert(least).inserted else { continue }
            var dependencies = [[Int]](repeating: [], count: count)
            for (from, to) in edges { dependencies[from].append(to) }
            found.append(dependencies)
        }
        return found
    }

    /// Without dependencies, and with one that all but the last wait for: everybody is free at once.
    static var free: [[[Int]]] {
        var graphs: [[[Int]]] = []
        for count in 7...12 {
            graphs.append([[Int]](repeating: [], count: count))
            for first in [0, count - 1] {
                var graph = [[Int]](repeating: [first], count: count)
                graph[first] = []
                graphs.append(graph)
            }
        }
        return graphs
    }

    private static func permutations(_ count: Int) -> [[Int]] {
        guard count > 0 else { return [[]] }
        return permutations(count - 1).flatMap { shorter in
            (0...shorter.count).map { place in
                var longer = shorter
                longer.insert(count - 1, at: place)
                return longer
            }
        }
    }
}

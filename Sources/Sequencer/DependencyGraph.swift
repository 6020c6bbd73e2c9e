// SPDX-License-Identifier: Apache-2.0

/// Which domain waits for which, as indices in LCM order.
public struct DependencyGraph: Equatable, Sendable {
    /// For each domain those that must be ready before it runs.
    public let dependencies: [[Int]]

    public init(dependencies: [[Int]]) { self.dependencies = dependencies }

    /// The order in which domains run: every one after all that it depends on; among those that could, LCM order.
    /// Throws a cycle, each domain in it depending on the next and the last on the first.
    public func order() throws(DependencyCycle) -> [Int] {
        var dependents = [[Int]](repeating: [], count: dependencies.count)
        var missing = dependencies.map { $0.count }
        for (index, targets) in dependencies.enumerated() {
            for target in targets { dependents[target].append(index) }
        }
        var ready = MinHeap()
        for index in dependencies.indices where missing[index] == 0 { ready.insert(index) }
        var order: [Int] = []
        while let next = ready.popSmallest() {
            order.append(next)
            for dependent in dependents[next] {
                missing[dependent] -= 1
                if missing[dependent] == 0 { ready.insert(dependent) }
            }
        }
        guard order.count == dependencies.count else { throw DependencyCycle(indices: cycle(waiting: missing)) }
        return order
    }

    /// Follows, from the first domain that never became ready, its first dependency that did not either, until one
    /// comes again.
    private func cycle(waiting missing: [Int]) -> [Int] {
        guard var current = missing.firstIndex(where: { $0 > 0 }) else { return [] }
        var place = [Int?](repeating: nil, count: dependencies.count)
        var path: [Int] = []
        while true {
            if let start = place[current] { return [Int](path[start...]) }
            place[current] = path.count
            path.append(current)
            guard let next = dependencies[current].first(where: { missing[$0] > 0 }) else { return path }
            current = next
        }
    }
}

/// Domains that wait for each other.
public struct DependencyCycle: Error, Equatable, Sendable {
    /// Each depends on the next, and the last on the first.
    public let indices: [Int]
}

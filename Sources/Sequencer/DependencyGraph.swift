// SPDX-License-Identifier: Apache-2.0

/// Which domain waits for which, as indices in LCM order.
public struct DependencyGraph: Equatable, Sendable {
    /// For each domain those that must be ready before it runs.
    public let dependencies: [[Int]]

    public init(dependencies: [[Int]]) { self.dependencies = dependencies }

    /// The order in which domains run: every one after all that it depends on; among those that could, LCM order.
    /// Throws a cycle, each domain in it depending on the next and the last on the first.
    public func order() throws(DependencyCycle) -> [Int] {
        var launch = LaunchOrder(self, apart: nil)
        var order: [Int] = []
        while let next = launch.next() {
            order.append(next)
            launch.ready(next)
        }
        guard order.count == dependencies.count else { throw DependencyCycle(indices: cycle(launch.states)) }
        return order
    }

    /// Follows, from the first domain that never became ready, its first dependency that did not either, until one
    /// comes again.
    private func cycle(_ states: [LaunchOrder.State]) -> [Int] {
        guard var current = states.firstIndex(where: { $0 != .ready }) else { return [] }
        var place = [Int?](repeating: nil, count: dependencies.count)
        var path: [Int] = []
        while true {
            if let start = place[current] { return [Int](path[start...]) }
            place[current] = path.count
            path.append(current)
            guard let next = dependencies[current].first(where: { states[$0] != .ready }) else { return path }
            current = next
        }
    }
}

/// Domains that wait for each other.
public struct DependencyCycle: Error, Equatable, Sendable {
    /// Each depends on the next, and the last on the first.
    public let indices: [Int]
}

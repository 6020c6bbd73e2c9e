// SPDX-License-Identifier: Apache-2.0

import Platform

/// Which domains may run now: a state machine without effects. It is told what came of each domain, and says which to
/// unpause next; independent chains never wait for each other, and among several the first in LCM order comes first.
/// All work together is linear in domains and dependencies, but for a logarithm.
public struct LaunchOrder: Sendable {
    /// How far a domain is.
    public enum State: Equatable, Sendable {
        /// Waits for this many others.
        case held(Int)
        /// Nothing holds it back.
        case released
        /// Runs, and has to be ready before this time, in microseconds.
        case running(deadline: UInt64)
        case ready
        /// Failed, or depends on one that did: it, and what depends on it, is left out.
        case skipped
        /// Not part of the order: the Recovery Domain.
        case apart
    }

    /// One for each domain, in LCM order.
    public private(set) var states: [State]
    /// Domains that run and are not ready, ascending.
    public private(set) var waiting: [Int] = []
    private var dependents: [[Int]]
    private var released = MinHeap()

    /// `apart`: the domain that no launch unpauses; nobody depends on it.
    public init(_ graph: DependencyGraph, apart: Int?) {
        states = graph.dependencies.map { $0.isEmpty ? .released : .held($0.count) }
        dependents = [[Int]](repeating: [], count: states.count)
        for (index, targets) in graph.dependencies.enumerated() {
            for target in targets { dependents[target].append(index) }
        }
        if let apart { states[apart] = .apart }
        for index in states.indices where states[index] == .released { released.insert(index) }
    }

    /// The next domain to unpause; `nil` where all that may run do.
    public mutating func next() -> Int? {
        while let index = released.popSmallest() {
            // It may have been left out since.
            if states[index] == .released { return index }
        }
        return nil
    }

    /// It runs; `deadline` is `nil` where that is all that it needs.
    public mutating func unpaused(_ index: Int, deadline: UInt64?) {
        guard let deadline else { return ready(index) }
        states[index] = .running(deadline: deadline)
        waiting.insert(index, at: place(of: index))
    }

    /// It is ready, and those that waited for it alone are released.
    public mutating func ready(_ index: Int) {
        stopWaiting(index)
        states[index] = .ready
        for dependent in dependents[index] {
            guard case .held(let count) = states[dependent] else { continue }
            states[dependent] = count > 1 ? .held(count - 1) : .released
            if count == 1 { released.insert(dependent) }
        }
    }

    /// Leaves it out, and all that depend on it; returns them, ascending, itself among them.
    public mutating func skip(_ index: Int) -> [Int] {
        stopWaiting(index)
        var left: [Int] = []
        var open = [index]
        while let next = open.popLast() {
            guard states[next] != .skipped else { continue }
            states[next] = .skipped
            left.append(next)
            open += dependents[next]
        }
        return left.inOrder(<)
    }

    /// The time at which the first of those that are waited for is late.
    public var nextDeadline: UInt64? {
        var first: UInt64?
        for index in waiting {
            if case .running(let deadline) = states[index] { first = min(first ?? deadline, deadline) }
        }
        return first
    }

    /// Whether its deadline has passed; never of one that is not waited for.
    public func isLate(_ index: Int, at now: UInt64) -> Bool {
        if case .running(let deadline) = states[index] { return now >= deadline }
        return false
    }

    private mutating func stopWaiting(_ index: Int) {
        let place = place(of: index)
        if place < waiting.count, waiting[place] == index { waiting.remove(at: place) }
    }

    private func place(of index: Int) -> Int { waiting.partitionPoint { $0 < index } }
}

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

/// A binary heap of indices, smallest first.
struct MinHeap {
    private var items: [Int] = []

    mutating func insert(_ item: Int) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[(child - 1) / 2] > items[child] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popSmallest() -> Int? {
        guard let smallest = items.first, let last = items.popLast() else { return nil }
        if items.isEmpty { return smallest }
        items[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child] < items[least] {
                least = child
            }
            if least == parent { return smallest }
            items.swapAt(parent, least)
            parent = least
        }
    }
}

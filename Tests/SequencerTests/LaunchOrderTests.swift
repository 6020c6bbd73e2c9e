// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Sequencer

@Suite struct LaunchOrderTests {
    private func order(_ dependencies: [[Int]], apart: Int? = nil) -> LaunchOrder {
        LaunchOrder(DependencyGraph(dependencies: dependencies), apart: apart)
    }

    private func drain(_ order: inout LaunchOrder, deadline: UInt64? = nil) -> [Int] {
        var all: [Int] = []
        while let next = order.next() {
            all.append(next)
            order.unpaused(next, deadline: deadline)
        }
        return all
    }

    @Test func independentChainsDoNotWaitForEachOther() {
        // 0 <- 1 and 2 <- 3.
        var order = order([[], [0], [], [2]])
        #expect(drain(&order, deadline: 100) == [0, 2])
        order.ready(2)
        #expect(drain(&order, deadline: 100) == [3])
        #expect(order.waiting == [0, 3])
        order.ready(0)
        #expect(drain(&order) == [1])
    }

    @Test func amongEqualsTheFirstInLCMOrderRuns() {
        var order = order([[], [3], [3], [], [3]])
        #expect(drain(&order, deadline: 5) == [0, 3])
        order.ready(3)
        #expect(drain(&order) == [1, 2, 4])
    }

    @Test func whoeverDependsOnTheOneLeftOutIsLeftOutToo() {
        var order = order([[], [0], [1], [0, 4], []])
        #expect(drain(&order, deadline: 9) == [0, 4])
        #expect(order.skip(0) == [0, 1, 2, 3])
        order.ready(4)
        #expect(order.next() == nil)
        #expect(order.nextDeadline == nil)
        #expect(order.states[3] == .skipped)
    }

    @Test func oneLeftOutBeforeItsTurnNeverRuns() {
        var order = order([[], []])
        #expect(order.skip(1) == [1])
        #expect(drain(&order) == [0])
    }

    @Test func theRecoveryDomainIsNeverNext() {
        var order = order([[], []], apart: 0)
        #expect(drain(&order) == [1])
    }

    @Test func theFirstDeadlineCounts() {
        var order = order([[], []])
        _ = order.next()
        order.unpaused(0, deadline: 50)
        _ = order.next()
        order.unpaused(1, deadline: 20)
        #expect(order.nextDeadline == 20)
        #expect(order.isLate(1, at: 20) && !order.isLate(0, at: 20))
    }
}

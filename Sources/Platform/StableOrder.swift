// SPDX-License-Identifier: Apache-2.0

extension Array {
    /// As `sorted(by:)`. That one is compiled anew for each kind of element and each place, 2 KB a time, which PID 1 has
    /// no room for; of this all but a loop is there once.
    public func inOrder(_ precedes: (Element, Element) -> Bool) -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(count)
        for index in stableOrder(count, { precedes(self[$0], self[$1]) }) { result.append(self[index]) }
        return result
    }
}

/// The numbers below `count` in order; equal ones stay as they were. A merge sort from the bottom up.
@inline(never) public func stableOrder(_ count: Int, _ precedes: (Int, Int) -> Bool) -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(count)
    while order.count < count { order.append(order.count) }
    var merged = order
    var width = 1
    while width < count {
        var start = 0
        while start < count {
            let middle = min(start + width, count)
            let end = min(middle + width, count)
            var left = start
            var right = middle
            for place in start..<end {
                if right == end || (left < middle && !precedes(order[right], order[left])) {
                    merged[place] = order[left]
                    left += 1
                } else {
                    merged[place] = order[right]
                    right += 1
                }
            }
            start = end
        }
        swap(&order, &merged)
        width *= 2
    }
    return order
}

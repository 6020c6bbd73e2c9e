// SPDX-License-Identifier: Apache-2.0

extension Array {
    /// As `sorted(by:)`. That one is compiled anew for each kind of element and each place, 3 KB a time, which PID 1 has
    /// no room for; of this all but a loop is there once. Equal elements stay as they were.
    public func inOrder(_ precedes: (Element, Element) -> Bool) -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(count)
        for index in order(count, { precedes(self[$0], self[$1]) }) { result.append(self[index]) }
        return result
    }
}

/// The numbers below `count` in order, equal ones ascending: runs of one, two, four ... are merged. Small on purpose: the
/// compiler makes one of it for each closure.
@inline(never) private func order(_ count: Int, _ precedes: (Int, Int) -> Bool) -> [Int] {
    var order = Array(0..<count)
    var merged = order
    var width = 1
    while width < count {
        var (left, middle, right, end) = (0, 0, 0, 0)
        for place in order.indices {
            if left == middle, right == end {
                left = end
                middle = left + min(width, count - left)
                right = middle
                end = right + min(width, count - right)
            }
            // The right one only where it precedes.
            let isRight = left == middle || (right < end && precedes(order[right], order[left]))
            merged[place] = order[isRight ? right : left]
            if isRight { right += 1 } else { left += 1 }
        }
        swap(&order, &merged)
        width += width
    }
    return order
}

extension Array {
    /// The pairs of neighbours of which this is true: of an array in order, those that cannot both be.
    public func neighbours(where isTrue: (Element, Element) -> Bool) -> [(Element, Element)] {
        zip(self, dropFirst()).filter { isTrue($0, $1) }
    }

    /// The first index whose element does not precede; of a sorted array, by halves.
    public func partitionPoint(_ precedes: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if precedes(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

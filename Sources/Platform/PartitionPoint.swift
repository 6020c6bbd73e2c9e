// SPDX-License-Identifier: Apache-2.0

extension Array {
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

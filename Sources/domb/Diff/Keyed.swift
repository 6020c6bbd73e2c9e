// SPDX-License-Identifier: Apache-2.0

/// Two lists whose elements are known by a key, side by side.
struct Keyed<Key: Hashable, Element: Equatable> {
    /// An element of both lists or of one; the key counts how often it came before, so that no two are one.
    struct Pair {
        let key: Key
        let a: Element?
        let b: Element?
    }

    /// In A's order, then what only B has.
    private(set) var pairs: [Pair] = []
    /// Whether those that both have stand in another order.
    let isReordered: Bool

    private struct Occurrence: Hashable {
        let key: Key
        let number: Int
    }

    init(_ a: [Element], _ b: [Element], by key: (Element) -> Key) {
        let (keysOfA, keysOfB) = (Self.occurrences(a, key), Self.occurrences(b, key))
        var places: [Occurrence: Int] = [:]
        for (index, occurrence) in keysOfB.enumerated() { places[occurrence] = index }
        var common: [Int] = []
        for (element, occurrence) in zip(a, keysOfA) {
            let place = places.removeValue(forKey: occurrence)
            if let place { common.append(place) }
            pairs.append(Pair(key: occurrence.key, a: element, b: place.map { b[$0] }))
        }
        for (index, occurrence) in keysOfB.enumerated() where places[occurrence] != nil {
            pairs.append(Pair(key: occurrence.key, a: nil, b: b[index]))
        }
        isReordered = zip(common, common.dropFirst()).contains { $0 > $1 }
    }

    private static func occurrences(_ list: [Element], _ key: (Element) -> Key) -> [Occurrence] {
        var counts: [Key: Int] = [:]
        return list.map { element in
            let key = key(element)
            let number = counts[key, default: 0]
            counts[key] = number + 1
            return Occurrence(key: key, number: number)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// A sorted table from keys to indices: PID 1 has no dictionaries, whose hashing would ask the kernel for a seed.
struct Lookup<Key: Equatable> {
    private let entries: [(key: Key, index: Int)]
    private let precedes: (Key, Key) -> Bool

    init(_ entries: [(Key, Int)], precedes: @escaping (Key, Key) -> Bool) {
        self.precedes = precedes
        // Equal keys in the order of their indices, so that a repetition is told at the later one.
        self.entries = entries.map { (key: $0.0, index: $0.1) }.inOrder {
            precedes($0.key, $1.key) || ($0.key == $1.key && $0.index < $1.index)
        }
    }

    /// The indices whose key another has already.
    var repeated: [Int] { entries.neighbours { $0.key == $1.key }.map { $1.index } }

    func find(_ key: Key) -> Int? {
        let place = entries.partitionPoint { precedes($0.key, key) }
        return place < entries.count && entries[place].key == key ? entries[place].index : nil
    }
}

/// The domains of an LCM by name.
public struct DomainNames {
    private let domains: [DomainDescription]
    private let lookup: Lookup<[UInt8]>

    public init(_ lcm: LCM) {
        domains = lcm.domains
        lookup = Lookup(lcm.domains.enumerated().map { ($1.name, $0) }) { $0.lexicographicallyPrecedes($1) }
    }

    /// The domain of this name; `nil` where there is none.
    public func find(_ name: [UInt8]) -> DomainDescription? { lookup.find(name).map { domains[$0] } }
}

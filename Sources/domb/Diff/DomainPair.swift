// SPDX-License-Identifier: Apache-2.0

/// One domain as both sides have it, or one that only one side has.
struct DomainPair {
    let a: DomainStatement?
    let b: DomainStatement?
    /// Its places in the LCM's order.
    let places: (a: Int?, b: Int?)

    /// A's name for it, or B's where A does not have it.
    var label: DomainLabel? { a?.label ?? b?.label }

    /// In A's order, then what only B has. A domain is the same one if domid and name are; then if the name is; then if the
    /// domid is, and so it was renamed.
    static func pairs(_ a: [DomainStatement], _ b: [DomainStatement]) -> [DomainPair] {
        var peers = [Int?](repeating: nil, count: a.count)
        var isTaken = [Bool](repeating: false, count: b.count)
        func match<Key: Hashable>(by key: (DomainLabel) -> Key) {
            var free: [Key: [Int]] = [:]
            for index in b.indices.reversed() where !isTaken[index] {
                free[key(b[index].label), default: []].append(index)
            }
            for index in a.indices where peers[index] == nil {
                guard let partner = free[key(a[index].label)]?.popLast() else { continue }
                peers[index] = partner
                isTaken[partner] = true
            }
        }
        match { $0 }
        match { $0.name }
        match { $0.domid }
        let known = a.indices.map { index in
            DomainPair(a: a[index], b: peers[index].map { b[$0] }, places: (index, peers[index]))
        }
        return known
            + b.indices.filter { !isTaken[$0] }.map { DomainPair(a: nil, b: b[$0], places: (nil, $0)) }
    }
}

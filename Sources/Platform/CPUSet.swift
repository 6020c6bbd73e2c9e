// SPDX-License-Identifier: Apache-2.0

/// A set of physical cpus as a bitmap, cpu 0 in bit 0 of the first word: `xc_cpumap_t` as 64-bit words.
public struct CPUSet: Equatable, Sendable {
    /// The bitmap, without words of zeros at its end: equal sets have equal words.
    public private(set) var words: [UInt64] = []

    public init() {}

    public init(words: [UInt64]) {
        self.words = words
        while let last = self.words.last, last == 0 { self.words.removeLast() }
    }

    /// Takes memory for every cpu below: the caller bounds it.
    public mutating func insert(_ cpu: UInt32) {
        let word = Int(cpu / 64)
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(cpu % 64)
    }

    /// Whether the cpu is in the set.
    public func contains(_ cpu: UInt32) -> Bool {
        let word = Int(cpu / 64)
        return word < words.count && words[word] >> UInt64(cpu % 64) & 1 == 1
    }

    /// The cpus in the set, ascending.
    public var members: [UInt32] { (0..<UInt32(64 * words.count)).filter { contains($0) } }

    /// How many cpus are in the set.
    public var count: Int { members.count }

    /// The highest cpu in the set; `nil` if it is empty.
    public var highest: UInt32? { members.last }
}

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

    /// Whether no cpu is in the set.
    public var isEmpty: Bool { words.isEmpty }

    /// How many cpus are in the set.
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The highest cpu in the set; `nil` if it is empty.
    public var highest: UInt32? {
        guard let last = words.last else { return nil }
        return UInt32(words.count * 64 - 1 - last.leadingZeroBitCount)
    }

    /// The lowest cpu in the set; `nil` if it is empty.
    public var lowest: UInt32? {
        guard let index = words.firstIndex(where: { $0 != 0 }) else { return nil }
        return UInt32(index * 64 + words[index].trailingZeroBitCount)
    }

    /// The cpus that both have.
    public func intersection(_ other: CPUSet) -> CPUSet { subtracting(subtracting(other)) }

    /// The cpus of this one that the other has not.
    public func subtracting(_ other: CPUSet) -> CPUSet {
        var result = words
        for index in 0..<min(result.count, other.words.count) { result[index] &= ~other.words[index] }
        return CPUSet(words: result)
    }

    /// The cpus that either has.
    public func union(_ other: CPUSet) -> CPUSet {
        var result = words
        while result.count < other.words.count { result.append(0) }
        for index in 0..<other.words.count { result[index] |= other.words[index] }
        return CPUSet(words: result)
    }

    /// cpu 0 up to the last one before `count`.
    public init(below count: UInt32) {
        self.init()
        var cpu: UInt32 = 0
        while cpu < count {
            insert(cpu)
            cpu += 1
        }
    }

    /// The cpus of this set that are below `count`: what a host with that many cpus can honour.
    public func limited(to count: UInt32) -> CPUSet {
        var result = CPUSet()
        var cpu: UInt32 = 0
        while cpu < count {
            if contains(cpu) { result.insert(cpu) }
            cpu += 1
        }
        return result
    }
}

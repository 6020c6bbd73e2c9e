// SPDX-License-Identifier: Apache-2.0

/// A domain's memory: which frames have a page, and what lies in them. Zeros take no room, and what was written shares
/// the room of the array that it came in: an image of many MB costs nothing.
public struct SimulatedMemory: Sendable {
    public static let pageSize: UInt64 = 4096

    /// Bytes that lie one after the other.
    private struct Extent: Sendable {
        let address: UInt64
        let bytes: ArraySlice<UInt8>

        var end: UInt64 { address + UInt64(bytes.count) }

        /// The part that lies in the range, which must reach into the extent.
        func part(_ range: Range<UInt64>) -> Extent {
            let (start, end) = (max(address, range.lowerBound), min(end, range.upperBound))
            let first = bytes.startIndex + Int(start - address)
            return Extent(address: start, bytes: bytes[first..<(first + Int(end - start))])
        }
    }

    /// Runs of frames that have a page, ascending, no two touching.
    public private(set) var frames: [Range<UInt64>] = []
    /// What was written, ascending, no two overlapping, none empty. Everything else is zero.
    private var extents: [Extent] = []

    public init(frames: Range<UInt64>) { add(frames) }

    public var pageCount: UInt64 { frames.reduce(0) { $0 + UInt64($1.count) } }

    /// Gives more frames a page of zeros.
    public mutating func add(_ more: Range<UInt64>) {
        guard !more.isEmpty else { return }
        var merged = more
        var others: [Range<UInt64>] = []
        for run in frames {
            if run.upperBound < merged.lowerBound || merged.upperBound < run.lowerBound {
                others.append(run)
            } else {
                merged = min(run.lowerBound, merged.lowerBound)..<max(run.upperBound, merged.upperBound)
            }
        }
        frames = (others + [merged]).sorted { $0.lowerBound < $1.lowerBound }
    }

    /// Takes a page away.
    public mutating func remove(frame: UInt64) {
        replace(frame * Self.pageSize..<(frame + 1) * Self.pageSize, with: [])
        frames = frames.flatMap { run in
            run.contains(frame) ? [run.lowerBound..<frame, (frame + 1)..<run.upperBound].filter { !$0.isEmpty } : [run]
        }
    }

    /// Whether every page of the range exists.
    public func exists(_ address: UInt64, byteCount: UInt64) -> Bool {
        guard byteCount > 0 else { return true }
        let (last, overflow) = address.addingReportingOverflow(byteCount - 1)
        guard !overflow else { return false }
        let (first, end) = (address / Self.pageSize, last / Self.pageSize + 1)
        return frames.contains { $0.lowerBound <= first && end <= $0.upperBound }
    }

    /// Writes where pages exist; false if one does not.
    @discardableResult
    public mutating func write(_ bytes: [UInt8], at address: UInt64) -> Bool { write(bytes[...], at: address) }

    /// Writes without a copy where pages exist; false if one does not.
    @discardableResult
    public mutating func write(_ bytes: ArraySlice<UInt8>, at address: UInt64) -> Bool {
        guard exists(address, byteCount: UInt64(bytes.count)) else { return false }
        if !bytes.isEmpty { replace(address..<(address + UInt64(bytes.count)), with: bytes) }
        return true
    }

    private mutating func replace(_ range: Range<UInt64>, with bytes: ArraySlice<UInt8>) {
        let touched = indices(in: range)
        var replacement: [Extent] = []
        if let first = extents[touched].first, first.address < range.lowerBound {
            replacement.append(first.part(first.address..<range.lowerBound))
        }
        if !bytes.isEmpty { replacement.append(Extent(address: range.lowerBound, bytes: bytes)) }
        if let last = extents[touched].last, last.end > range.upperBound {
            replacement.append(last.part(range.upperBound..<last.end))
        }
        extents.replaceSubrange(touched, with: replacement)
    }

    /// The extents that reach into the range.
    private func indices(in range: Range<UInt64>) -> Range<Int> {
        let first = firstIndex { $0.end > range.lowerBound }
        return first..<max(first, firstIndex { $0.address >= range.upperBound })
    }

    /// Binary search for the first extent for which it is so, where it is so for all that follow.
    private func firstIndex(where isSo: (Extent) -> Bool) -> Int {
        var (low, high) = (0, extents.count)
        while low < high {
            let middle = (low + high) / 2
            if isSo(extents[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// What lies there; `nil` if a page of it does not exist.
    public func bytes(at address: UInt64, count: Int) -> [UInt8]? {
        guard exists(address, byteCount: UInt64(count)) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        visit(address, UInt64(count)) { written, zeros in
            bytes += written
            bytes += repeatElement(0, count: Int(zeros))
        }
        return bytes
    }

    /// The address of the first byte that is not zero, in pages that exist.
    public func firstNonZero(at address: UInt64, byteCount: UInt64) -> UInt64? {
        let range = address..<(address + byteCount)
        for extent in extents[indices(in: range)] {
            let part = extent.part(range)
            if let place = part.bytes.firstIndex(where: { $0 != 0 }) {
                return part.address + UInt64(place - part.bytes.startIndex)
            }
        }
        return nil
    }

    /// The range in ascending order: bytes that were written, then a count of zeros, and so on.
    func visit(_ address: UInt64, _ byteCount: UInt64, _ body: (ArraySlice<UInt8>, _ zeros: UInt64) -> Void) {
        let range = address..<(address + byteCount)
        var position = address
        for extent in extents[indices(in: range)] {
            let part = extent.part(range)
            if part.address > position { body([], part.address - position) }
            body(part.bytes, 0)
            position = part.end
        }
        if position < range.upperBound { body([], range.upperBound - position) }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A domain's memory: which frames have a page, and what lies in them. Zeros take no room.
public struct SimulatedMemory: Sendable {
    public static let pageSize: UInt64 = 4096

    /// Runs of frames that have a page, ascending, no two touching.
    public private(set) var frames: [Range<UInt64>] = []
    /// Pages that are not all zero.
    private var pages: [UInt64: [UInt8]] = [:]

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
        pages[frame] = nil
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
    public mutating func write(_ bytes: [UInt8], at address: UInt64) -> Bool {
        guard exists(address, byteCount: UInt64(bytes.count)) else { return false }
        var written = 0
        while written < bytes.count {
            let place = address + UInt64(written)
            let offset = Int(place % Self.pageSize)
            let count = min(bytes.count - written, Int(Self.pageSize) - offset)
            var page = pages[place / Self.pageSize] ?? [UInt8](repeating: 0, count: Int(Self.pageSize))
            page.replaceSubrange(offset..<(offset + count), with: bytes[written..<(written + count)])
            pages[place / Self.pageSize] = page
            written += count
        }
        return true
    }

    /// What lies there; `nil` if a page of it does not exist.
    public func bytes(at address: UInt64, count: Int) -> [UInt8]? {
        guard exists(address, byteCount: UInt64(count)) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        visit(address, UInt64(count)) { page, range in
            if let page { bytes += page[range] } else { bytes += [UInt8](repeating: 0, count: range.count) }
        }
        return bytes
    }

    /// The address of the first byte that is not zero, in pages that exist.
    public func firstNonZero(at address: UInt64, byteCount: UInt64) -> UInt64? {
        guard byteCount > 0 else { return nil }
        let end = address + byteCount
        let candidates = pages.keys.filter { $0 >= address / Self.pageSize && $0 <= (end - 1) / Self.pageSize }.sorted()
        for frame in candidates {
            let start = max(address, frame * Self.pageSize)
            let stop = min(end, (frame + 1) * Self.pageSize)
            for place in start..<stop where pages[frame]?[Int(place % Self.pageSize)] ?? 0 != 0 { return place }
        }
        return nil
    }

    /// The range page by page; `nil` for a page of zeros.
    func visit(_ address: UInt64, _ byteCount: UInt64, _ body: ([UInt8]?, Range<Int>) -> Void) {
        var done: UInt64 = 0
        while done < byteCount {
            let place = address + done
            let offset = place % Self.pageSize
            let count = min(byteCount - done, Self.pageSize - offset)
            body(pages[place / Self.pageSize], Int(offset)..<Int(offset + count))
            done += count
        }
    }
}

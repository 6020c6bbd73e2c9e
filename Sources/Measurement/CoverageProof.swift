// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// That nothing in a domain's memory escapes the record: outside of the named parts every byte of every page that the
/// domain owns is zero.
struct CoverageProof<Host: ImageSource & ~Copyable> {
    private static var pageSize: UInt64 { 4096 }
    /// Frames below it have an end in 64 bits; no processor has more.
    static var frameLimit: UInt64 { 1 << 40 }

    private let domid: DomainID
    /// In ascending order, no two overlapping.
    private let named: [Segment]
    private let memory: Memory
    private let builder: BuilderKind

    /// Where a domain's pages are looked for.
    enum Memory {
        /// First where the builder says that there is memory.
        case mapped([Segment])
        /// From frame 0 on, without a gap: a PV domain's list says so, and is proven.
        case listed
    }

    init(_ domid: DomainID, named: [Segment], memory: Memory, builder: BuilderKind) {
        self.domid = domid
        self.builder = builder
        self.named = named
        self.memory = memory
    }

    /// Looks where the memory map says that there is memory, and everywhere up to the domain's highest frame if that is
    /// not all that the domain owns. Each frame found has a page of its own, and is either hashed or compared with zero
    /// through a foreign mapping, which Xen gives for the domain's own pages alone (p2m_add_foreign): so where they are
    /// as many as the domain owns, there is none elsewhere. Walking a hole of 4 GiB takes Xen ten times what the rest does.
    func check(pageCount: UInt64, on host: inout Host) throws(MeasurementError) {
        let runs =
            switch memory {
            case .mapped(let segments): try find(segments, pageCount: pageCount, on: &host)
            case .listed: [0..<pageCount]
            }
        var rest = named[...]
        for run in runs { try scan(run, &rest, on: &host) }
        guard Self.count(runs) == pageCount else { throw .pageCount(owned: pageCount, found: Self.count(runs)) }
    }

    private func find(
        _ segments: [Segment], pageCount: UInt64, on host: inout Host
    ) throws(MeasurementError) -> [Range<UInt64>] {
        // The map is the guest's: what it says beyond the highest frame is not walked.
        let highest = try asMeasurement(try host.maximumFrame(domid))
        let all = 0..<(min(highest, Self.frameLimit - 1) + 1)
        let runs = try find(Self.frames(segments).map { $0.clamped(to: all) }, on: &host)
        return Self.count(runs) == pageCount ? runs : try find([all], on: &host)
    }

    private func find(_ ranges: [Range<UInt64>], on host: inout Host) throws(MeasurementError) -> [Range<UInt64>] {
        var runs: [Range<UInt64>] = []
        for range in ranges where !range.isEmpty {
            runs += try asMeasurement(try host.frames(domid, in: range))
        }
        return runs
    }

    private static func count(_ runs: [Range<UInt64>]) -> UInt64 { runs.reduce(0) { $0 + UInt64($1.count) } }

    /// The frames that the segments touch, as runs in ascending order, no two touching.
    private static func frames(_ segments: [Segment]) -> [Range<UInt64>] {
        var runs: [Range<UInt64>] = []
        for segment in segments.inOrder({ $0.address < $1.address }) {
            guard segment.byteCount > 0, let end = segment.end else { continue }
            let run = (segment.address / pageSize)..<((end - 1) / pageSize + 1)
            if let last = runs.last, last.upperBound >= run.lowerBound {
                runs[runs.count - 1] = last.lowerBound..<max(last.upperBound, run.upperBound)
            } else {
                runs.append(run)
            }
        }
        return runs
    }

    /// The gaps between the named parts in these frames. `rest`: the parts that may still reach into them.
    private func scan(_ frames: Range<UInt64>, _ rest: inout ArraySlice<Segment>, on host: inout Host)
        throws(MeasurementError)
    {
        var position = frames.lowerBound * Self.pageSize
        let end = frames.upperBound * Self.pageSize
        while position < end {
            while let part = rest.first, part.end ?? .max <= position { rest.removeFirst() }
            let gapEnd = rest.first.map { min(end, max(position, $0.address)) } ?? end
            if gapEnd > position {
                let (start, size) = (position, gapEnd - position)
                let stray = try asMeasurement(try host.firstNonZero(domid, at: start, byteCount: size))
                if let stray { throw builder.leavesOldMemory ? .oldMemory(stray) : .strayByte(stray) }
            }
            position = max(gapEnd, rest.first?.end ?? .max)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

extension SimulatedHypervisor: ImageSource {
    public mutating func read(_ domid: DomainID, at address: UInt64, byteCount: Int) throws(HypercallError) -> [UInt8] {
        try call(.foreignMap, domid) { (xen) throws(HypercallError) in
            guard let bytes = try xen.memory(.foreignMap, domid).bytes(at: address, count: byteCount) else {
                throw HypercallError(.foreignMap, domid, code: ErrorCode.invalid)
            }
            return bytes
        }
    }

    public mutating func beginHashing(_ regions: [ContentRegion]) { contentHashing?.begin(regions) }

    public mutating func digest<Hash: ContentHash>(
        of region: ContentRegion, hashing: Hash.Type
    ) throws(HypercallError) -> Digest {
        try call(.foreignMap, region.domid) { (xen) throws(HypercallError) in
            let memory = try xen.existing(region)
            xen.clock.spend(region.byteCount / xen.costs.hashedBytes)
            if let digest = xen.contentHashing?.digest(of: region) { return digest }
            var hash = Hash(.sha256)
            for segment in region.segments { Self.update(&hash, memory, segment) }
            return hash.finish()
        }
    }

    public mutating func endHashing() { contentHashing?.end() }

    private static func update<Hash: ContentHash>(_ hash: inout Hash, _ memory: SimulatedMemory, _ segment: Segment) {
        memory.visit(segment.address, segment.byteCount) { written, zeros in
            hash.update(written.span)
            guard zeros > 0 else { return }
            let page = [UInt8](repeating: 0, count: Int(min(zeros, SimulatedMemory.pageSize)))
            var rest = zeros
            while rest > 0 {
                let count = min(rest, UInt64(page.count))
                hash.update(page.span.extracting(0..<Int(count)))
                rest -= count
            }
        }
    }

    public mutating func firstNonZero(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64
    ) throws(HypercallError) -> UInt64? {
        try call(.foreignMap, domid) { (xen) throws(HypercallError) in
            let memory = try xen.existing(
                ContentRegion(domid: domid, segments: [Segment(address: address, byteCount: byteCount)]))
            xen.clock.spend(byteCount / xen.costs.scannedBytes)
            return memory.firstNonZero(at: address, byteCount: byteCount)
        }
    }

    public mutating func maximumFrame(_ domid: DomainID) throws(HypercallError) -> UInt64 {
        try call(.maximumFrame, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.maximumFrame, domid)
            let ends =
                [domain.memory.frames.last?.upperBound ?? 1] + domain.mappedMemory.map { $0.guestFrames.upperBound }
            return (ends.max() ?? 1) - 1
        }
    }

    public mutating func frames(
        _ domid: DomainID, in range: Range<UInt64>
    ) throws(HypercallError) -> [Range<UInt64>] {
        try call(.pageTypes, domid) { (xen) throws(HypercallError) in
            let memory = try xen.memory(.pageTypes, domid)
            xen.framesAsked += UInt64(range.count)
            return memory.frames.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
        }
    }

    public mutating func write(_ domid: DomainID, at address: UInt64, _ bytes: [UInt8]) throws(HypercallError) {
        try call(.foreignWrite, domid) { (xen) throws(HypercallError) in
            _ = try xen.domain(.foreignWrite, domid)
            guard xen.domainsByID[domid.rawValue]?.memory.write(bytes, at: address) == true else {
                throw HypercallError(.foreignWrite, domid, code: ErrorCode.invalid)
            }
        }
    }

    /// The memory alone: a copy of all else in a domain takes longer than a hypercall does.
    private mutating func memory(
        _ operation: Operation, _ domid: DomainID
    ) throws(HypercallError) -> SimulatedMemory {
        try begin(operation, domid)
        guard let place = domainsByID.index(forKey: domid.rawValue) else {
            throw HypercallError(operation, domid, code: ErrorCode.noSuchDomain)
        }
        // In place: the subscript's value would be a copy of the whole domain.
        return Self.memory(of: &domainsByID.values[place])
    }

    private static func memory(of domain: inout SimulatedDomain) -> SimulatedMemory { domain.memory }

    private mutating func existing(_ region: ContentRegion) throws(HypercallError) -> SimulatedMemory {
        let memory = try memory(.foreignMap, region.domid)
        guard region.segments.allSatisfy({ memory.exists($0.address, byteCount: $0.byteCount) }) else {
            throw HypercallError(.foreignMap, region.domid, code: ErrorCode.invalid)
        }
        return memory
    }
}

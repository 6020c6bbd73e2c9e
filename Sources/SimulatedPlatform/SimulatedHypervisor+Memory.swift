// SPDX-License-Identifier: Apache-2.0

import Platform

extension SimulatedHypervisor: ImageSource {
    public mutating func translate(_ domid: DomainID, by machineFrames: [UInt64]) throws(HypercallError) {
        translations[domid.rawValue] = machineFrames
    }

    public mutating func read(_ domid: DomainID, at address: UInt64, byteCount: Int) throws(HypercallError) -> [UInt8] {
        try call(.foreignMap, domid) { (xen) throws(HypercallError) in
            let memory = try xen.memory(.foreignMap, domid)
            let range = Segment(address: address, byteCount: UInt64(byteCount))
            if let shared = xen.sharedInfo(domid, range) { return shared }
            var bytes: [UInt8] = []
            for place in try xen.places(.foreignMap, domid, range) {
                guard let more = memory.bytes(at: place.address, count: Int(place.byteCount)) else {
                    throw HypercallError(.foreignMap, domid, code: ErrorCode.invalid)
                }
                bytes += more
            }
            return bytes
        }
    }

    public mutating func beginHashing(_ regions: [ContentRegion]) { contentHashing?.begin(regions) }

    public mutating func digest<Hash: ContentHash>(
        of region: ContentRegion, hashing: Hash.Type
    ) throws(HypercallError) -> Digest {
        try call(.foreignMap, region.domid) { (xen) throws(HypercallError) in
            let (memory, places) = try xen.existing(region)
            xen.clock.spend(region.byteCount / xen.costs.hashedBytes)
            if let digest = xen.contentHashing?.digest(of: region) { return digest }
            var hash = Hash(.sha256)
            for place in places { Self.update(&hash, memory, place) }
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
            let (memory, places) = try xen.existing(
                ContentRegion(domid: domid, segments: [Segment(address: address, byteCount: byteCount)]))
            xen.clock.spend(byteCount / xen.costs.scannedBytes)
            var before: UInt64 = 0
            for place in places {
                if let found = memory.firstNonZero(at: place.address, byteCount: place.byteCount) {
                    return address + before + (found - place.address)
                }
                before += place.byteCount
            }
            return nil
        }
    }

    public mutating func maximumFrame(_ domid: DomainID) throws(HypercallError) -> UInt64 {
        try call(.maximumFrame, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.maximumFrame, domid)
            // A PV domain tells it in its shared info, once it runs.
            guard domain.pv == nil else { return 0 }
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
            guard xen.domainsByID[domid.rawValue]?.pv == nil else {
                throw HypercallError(.pageTypes, domid, code: ErrorCode.invalid)
            }
            xen.framesAsked += UInt64(range.count)
            return memory.frames.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
        }
    }

    public mutating func write(_ domid: DomainID, at address: UInt64, _ bytes: [UInt8]) throws(HypercallError) {
        try call(.foreignWrite, domid) { (xen) throws(HypercallError) in
            _ = try xen.domain(.foreignWrite, domid)
            var rest = bytes[...]
            for place in try xen.places(
                .foreignWrite, domid, Segment(address: address, byteCount: UInt64(bytes.count)))
            {
                let part = rest.prefix(Int(place.byteCount))
                rest = rest.dropFirst(part.count)
                guard xen.domainsByID[domid.rawValue]?.memory.write(part, at: place.address) == true else {
                    throw HypercallError(.foreignWrite, domid, code: ErrorCode.invalid)
                }
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

    private mutating func existing(
        _ region: ContentRegion
    ) throws(HypercallError) -> (SimulatedMemory, places: [Segment]) {
        let memory = try memory(.foreignMap, region.domid)
        var places: [Segment] = []
        for segment in region.segments { places += try self.places(.foreignMap, region.domid, segment) }
        guard places.allSatisfy({ memory.exists($0.address, byteCount: $0.byteCount) }) else {
            throw HypercallError(.foreignMap, region.domid, code: ErrorCode.invalid)
        }
        return (memory, places)
    }

    /// Where a range lies in the domain's memory.
    private func places(
        _ operation: Operation, _ domid: DomainID, _ range: Segment
    ) throws(HypercallError) -> [Segment] {
        guard let pv = domainsByID[domid.rawValue]?.pv else { return [range] }
        guard let places = pv.places(of: range, by: translations[domid.rawValue]) else {
            throw HypercallError(operation, domid, code: ErrorCode.invalid)
        }
        return places
    }

    /// The page that Xen shares with a PV domain is nowhere in the domain's own memory.
    private func sharedInfo(_ domid: DomainID, _ range: Segment) -> [UInt8]? {
        guard let pv = domainsByID[domid.rawValue]?.pv, translations[domid.rawValue] == nil,
            range
                == Segment(address: pv.sharedInfoFrame * SimulatedMemory.pageSize, byteCount: SimulatedMemory.pageSize)
        else { return nil }
        return pv.sharedInfo
    }
}

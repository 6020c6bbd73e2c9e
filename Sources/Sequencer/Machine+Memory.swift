// SPDX-License-Identifier: Apache-2.0

import Platform

extension Machine: ImageSource where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    public mutating func read(_ domid: DomainID, at address: UInt64, byteCount: Int) throws(HypercallError) -> [UInt8] {
        try traced(.foreignMap, domid) { (host) throws(HypercallError) in
            try host.read(domid, at: address, byteCount: byteCount)
        }
    }

    public mutating func beginHashing(_ regions: [ContentRegion]) { host.beginHashing(regions) }

    public mutating func digest<Content: ContentHash>(
        of region: ContentRegion, hashing: Content.Type
    ) throws(HypercallError) -> Digest {
        try traced(.foreignMap, region.domid) { (host) throws(HypercallError) in
            try host.digest(of: region, hashing: hashing)
        }
    }

    public mutating func endHashing() { host.endHashing() }

    public mutating func firstNonZero(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64
    ) throws(HypercallError) -> UInt64? {
        try traced(.foreignMap, domid) { (host) throws(HypercallError) in
            try host.firstNonZero(domid, at: address, byteCount: byteCount)
        }
    }

    public mutating func maximumFrame(_ domid: DomainID) throws(HypercallError) -> UInt64 {
        try traced(.maximumFrame, domid) { (host) throws(HypercallError) in try host.maximumFrame(domid) }
    }

    public mutating func frames(
        _ domid: DomainID, in range: Range<UInt64>
    ) throws(HypercallError) -> [Range<UInt64>] {
        try traced(.pageTypes, domid) { (host) throws(HypercallError) in try host.frames(domid, in: range) }
    }

    public mutating func write(_ domid: DomainID, at address: UInt64, _ bytes: [UInt8]) throws(HypercallError) {
        try traced(.foreignWrite, domid) { (host) throws(HypercallError) in
            try host.write(domid, at: address, bytes)
        }
    }
}

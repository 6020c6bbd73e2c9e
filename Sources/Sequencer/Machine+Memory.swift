// SPDX-License-Identifier: Apache-2.0

import Platform

extension Machine: ImageSource where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    public mutating func read(_ domid: DomainID, at address: UInt64, byteCount: Int) throws(HypercallError) -> [UInt8] {
        try traced(.foreignMap, domid) { (host) throws(HypercallError) in
            try host.read(domid, at: address, byteCount: byteCount)
        }
    }

    public mutating func hash<Content: ContentHash>(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64, into hash: inout Content
    ) throws(HypercallError) {
        try traced(.foreignMap, domid) { (host) throws(HypercallError) in
            try host.hash(domid, at: address, byteCount: byteCount, into: &hash)
        }
    }

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

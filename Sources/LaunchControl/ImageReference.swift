// SPDX-License-Identifier: Apache-2.0

import Platform

/// A boot module of a domain: where the builder takes it from, and what of it lies where in the domain's memory.
public struct ImageReference: Equatable, Sendable {
    /// `module-index` or `mb-index`; `nil` where the LCM locates it by address.
    public var moduleIndex: UInt32?
    /// `domb,load`: for a kernel its loadable ELF segments, in ascending order, no two overlapping; for a ramdisk empty
    /// (it is found through the PVH start info).
    public var segments: [Segment]
    /// `domb,digest`: SHA-256 of what lies there.
    public var expectedDigest: Digest?
    /// `domb,size`: for a ramdisk, its size in bytes.
    public var byteCount: UInt64?

    public init(
        moduleIndex: UInt32?, segments: [Segment] = [], expectedDigest: Digest? = nil, byteCount: UInt64? = nil
    ) {
        self.moduleIndex = moduleIndex
        self.segments = segments
        self.expectedDigest = expectedDigest
        self.byteCount = byteCount
    }
}

/// A run of guest-physical memory.
public struct Segment: Equatable, Sendable {
    public var address: UInt64
    public var byteCount: UInt64

    public init(address: UInt64, byteCount: UInt64) {
        self.address = address
        self.byteCount = byteCount
    }
}

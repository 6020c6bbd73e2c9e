// SPDX-License-Identifier: Apache-2.0

import Platform

/// A boot module of a domain: where the builder takes it from, and what of it lies where in the domain's memory.
public struct ImageReference: Equatable, Sendable {
    /// `module-index` or `mb-index`; `nil` where the LCM locates it by address.
    public var moduleIndex: UInt32?
    /// `module-addr` or `reg`: where the boot loader put the module, in the host's memory.
    public var bootAddress: Segment?
    /// `xen,uefi-binary`: the file that Xen's own EFI loader reads.
    public var uefiBinary: [UInt8]?
    /// `domb,load`: for a kernel its loadable ELF segments, in ascending order, no two overlapping; for a ramdisk empty
    /// (it is found through the PVH start info).
    public var segments: [Segment]
    /// `domb,digest`: SHA-256 of what lies there.
    public var expectedDigest: Digest?
    /// `domb,size`: for a ramdisk, its size in bytes.
    public var byteCount: UInt64?

    public init(
        moduleIndex: UInt32?, bootAddress: Segment? = nil, uefiBinary: [UInt8]? = nil, segments: [Segment] = [],
        expectedDigest: Digest? = nil,
        byteCount: UInt64? = nil
    ) {
        self.moduleIndex = moduleIndex
        self.bootAddress = bootAddress
        self.uefiBinary = uefiBinary
        self.segments = segments
        self.expectedDigest = expectedDigest
        self.byteCount = byteCount
    }
}

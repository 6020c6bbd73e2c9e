// SPDX-License-Identifier: Apache-2.0

import Platform

/// Guest frames that libxenguest fills in a PVH domain: RAM from 0 up to the hole below 4 GiB and on from 4 GiB,
/// and in the hole the ACPI tables, the I/O APIC's and local APICs' places and the special pages. A device's memory over
/// one of them would take it from the domain. Known without a Xen; what a domain has by Xen's own word is in
/// `HypervisorFacts.taken`.
struct BuiltFrames {
    /// The hole at its largest: domb-construct and libxl end a PVH domain's low memory at 0xfc000000, libxenguest left
    /// alone at 0xf0000000.
    private static let hole: Range<UInt64> = 0xF_0000..<0x10_0000
    /// A MiB at 0xfc000000 (libxl_x86_acpi.c).
    private static let tables: Range<UInt64> = 0xF_C000..<0xF_C100
    /// From the first I/O APIC to X86_HVM_END_SPECIAL_REGION (xenguest.h).
    private static let special: Range<UInt64> = 0xF_EC00..<0xF_F000

    private let ranges: [Range<UInt64>]

    init(kibibytes: UInt64) {
        let pages = (kibibytes + 3) / 4
        // Whatever does not fit below the earliest hole may lie above it.
        let high = pages > Self.hole.lowerBound ? pages - Self.hole.lowerBound : 0
        ranges = [
            0..<min(pages, Self.tables.lowerBound), Self.tables, Self.special,
            Self.hole.upperBound..<(Self.hole.upperBound + high),
        ]
    }

    /// The first of these frames that the builder fills.
    func first(in frames: Range<UInt64>) -> UInt64? {
        for range in ranges where range.overlaps(frames) { return max(range.lowerBound, frames.lowerBound) }
        return nil
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Where a domain's images lie, and what was read to know it: read once, and nothing of it again.
public struct DomainSurvey: Sendable {
    /// `reference`: what the LCM says of it.
    typealias Image = (role: RegionRole, segments: [Segment], reference: ImageReference)

    let domid: DomainID
    let entry: UInt64
    let registers: Digest
    let built: Built
    /// Kernel, ramdisk and what else the LCM names, in the record's order.
    let images: [Image]

    /// What a builder left besides the images.
    enum Built: Sendable {
        case pvh(StartInfo, at: UInt64)
        case pv(PVDomain)
    }

    /// The images, in the order in which their digests are asked for.
    public var regions: [ContentRegion] { images.map { ContentRegion(domid: domid, segments: $0.segments) } }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// The module nodes of one domain.
struct DomainModules {
    static let knownProperties: [StaticString] = [
        "compatible", "module-index", "mb-index", "bootargs", "phandle", "linux,phandle", "domb,load", "domb,digest",
        "domb,size",
    ]

    private(set) var kernel: ImageReference?
    private(set) var ramdisk: ImageReference?
    private(set) var commandLine: [UInt8] = []
    private(set) var unknown: [UnknownProperty] = []

    init(_ domain: NodeView) throws(ParseError) {
        for child in domain.children where !child.isCompatible("xen,vcpu") {
            if child.isCompatible("module,kernel") || child.isCompatible("multiboot,kernel") {
                guard kernel == nil else { throw child.error(.duplicateModule) }
                kernel = try image(child, without: "domb,size")
                commandLine = try child.string("bootargs", limit: Limits.commandLineBytes) ?? []
            } else if child.isCompatible("module,ramdisk") || child.isCompatible("multiboot,ramdisk") {
                guard ramdisk == nil else { throw child.error(.duplicateModule) }
                ramdisk = try image(child, without: "domb,load")
            } else {
                // What is not understood cannot be measured, and an unmeasured module must not run.
                throw child.error(.unknownModuleKind)
            }
        }
    }

    /// `foreign` belongs to the other kind of module: here it would be passed over.
    private mutating func image(_ view: NodeView, without foreign: StaticString) throws(ParseError) -> ImageReference {
        try view.refuseUnknownDombProperties(Self.knownProperties)
        if let property = view.property(foreign) { throw view.error(.conflictingProperties, property) }
        unknown += LaunchControlModule.unknown(view, Self.knownProperties)
        let index = try view.word("module-index")
        let multibootIndex = try view.word("mb-index")
        if let index, let multibootIndex, index != multibootIndex {
            throw view.error(.conflictingProperties, missing: "mb-index")
        }
        // Module 0 is the LCM itself.
        guard index != 0, multibootIndex != 0 else { throw view.error(.badPropertyValue, missing: "module-index") }
        let size = try view.longs("domb,size")
        guard size?.count ?? 1 == 1 else { throw view.error(.badPropertyLength, missing: "domb,size") }
        return ImageReference(
            moduleIndex: index ?? multibootIndex, segments: try segments(view),
            expectedDigest: try view.bytes("domb,digest", count: HashAlgorithm.sha256.digestSize).flatMap {
                Digest(.sha256, bytes: $0)
            }, byteCount: size?.first)
    }

    private func segments(_ view: NodeView) throws(ParseError) -> [Segment] {
        guard let cells = try view.longs("domb,load") else { return [] }
        guard !cells.isEmpty, cells.count % 2 == 0 else { throw view.error(.badPropertyLength, missing: "domb,load") }
        guard cells.count / 2 <= Limits.segments else { throw view.error(.limitExceeded, missing: "domb,load") }
        var segments: [Segment] = []
        var end: UInt64 = 0
        for index in stride(from: 0, to: cells.count, by: 2) {
            let (next, overflow) = cells[index].addingReportingOverflow(cells[index + 1])
            guard cells[index] >= end, cells[index + 1] > 0, !overflow, next <= Limits.memory << 10 else {
                throw view.error(.overlappingSegments, missing: "domb,load")
            }
            segments.append(Segment(address: cells[index], byteCount: cells[index + 1]))
            end = next
        }
        return segments
    }
}

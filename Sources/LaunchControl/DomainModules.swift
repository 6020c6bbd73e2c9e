// SPDX-License-Identifier: Apache-2.0

import Platform

/// The child nodes of one domain: its modules, and what belongs to others.
struct DomainModules {
    private enum Kind: Equatable {
        case kernel, ramdisk
        case other(OtherModule.Kind)
    }

    /// Children that are no modules: read elsewhere, or for others to read.
    private static let otherChildren: [Line] = ["xen,evtchn-v1", "xen,domain-shared-memory-v1"]

    private(set) var kernel: ImageReference?
    private(set) var ramdisk: ImageReference?
    private(set) var others: [OtherModule] = []
    private(set) var commandLine: [UInt8] = []
    private(set) var unknown: [UnknownProperty] = []

    init(_ domain: NodeView) {
        for child in domain.children where !child.isCompatible("xen,vcpu") {
            if Self.otherChildren.contains(where: { child.isCompatible($0) }) {
                unknown.append(UnknownProperty(node: child.place.path, name: [], offset: child.offset))
                continue
            }
            guard let kind = Self.kind(child) else {
                // What is not understood cannot be measured, and an unmeasured module must not run.
                child.report(.unknownModuleKind)
                continue
            }
            add(kind, child)
        }
    }

    /// The tokens of every dialect: the design document and the 2022 series say module, the 2025 series and dom0less
    /// multiboot, dom0less before 2014 xen,linux.
    private static func kind(_ node: NodeView) -> Kind? {
        let tokens: [(Line, Kind)] = [
            ("module,kernel", .kernel), ("multiboot,kernel", .kernel), ("xen,linux-zimage", .kernel),
            ("module,ramdisk", .ramdisk), ("multiboot,ramdisk", .ramdisk), ("xen,linux-initrd", .ramdisk),
            ("module,device-tree", .other(.deviceTree)), ("multiboot,device-tree", .other(.deviceTree)),
            ("module,config", .other(.config)), ("module,microcode", .other(.microcode)),
            ("module,xsm-policy", .other(.securityPolicy)), ("xen,xsm-policy", .other(.securityPolicy)),
        ]
        for (token, kind) in tokens where node.isCompatible(token) { return kind }
        return nil
    }

    private mutating func add(_ kind: Kind, _ node: NodeView) {
        let image = ImageReference(node)
        unknown += node.unknown(ImageReference.knownProperties)
        switch kind {
        case .kernel:
            if kernel != nil { node.report(.duplicateModule) }
            kernel = image
            commandLine = node.string("bootargs", limit: Limits.commandLineBytes) ?? []
        case .ramdisk:
            if ramdisk != nil { node.report(.duplicateModule) }
            ramdisk = image
        case .other(let other): others.append(OtherModule(kind: other, image: image))
        }
        // A property of the other kind of module would be passed over.
        if let property = node.property(kind == .kernel ? "domb,size" : "domb,load") {
            node.report(.conflictingProperties, property)
        }
    }
}

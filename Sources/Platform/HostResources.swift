// SPDX-License-Identifier: Apache-2.0

/// What the host has: the parts of `xc_physinfo_t` (xen/public/sysctl.h) that a plan looks at.
public struct HostResources: Equatable, Sendable {
    /// Physical cpus that are online (`nr_cpus`).
    public var cpus: UInt32
    /// NUMA nodes that are online (`nr_nodes`). Xen numbers them from 0 without gaps; `max_node_id` is what it could have.
    public var nodes: UInt32
    /// Pages of 4 KiB (`total_pages`).
    public var totalPages: UInt64
    /// Pages that nobody owns and nobody has claimed (`free_pages` less `outstanding_pages`).
    public var freePages: UInt64
    /// `XEN_SYSCTL_PHYSCAP_directio`: Xen uses an IOMMU, and devices can be given away.
    public var hasIOMMU: Bool

    public init(cpus: UInt32, nodes: UInt32 = 1, totalPages: UInt64, freePages: UInt64, hasIOMMU: Bool = false) {
        self.cpus = cpus
        self.nodes = nodes
        self.totalPages = totalPages
        self.freePages = freePages
        self.hasIOMMU = hasIOMMU
    }
}

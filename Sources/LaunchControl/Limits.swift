// SPDX-License-Identifier: Apache-2.0

/// Every maximum of an LCM, each with its reason.
public enum Limits {
    /// An LCM of 10,000 domains takes about 3.5 MB; the tables that carry it take 65,499 bytes each.
    public static let moduleBytes = 4 << 20
    /// Parts of an LCM: what 4 MiB needs under QEMU, doubled.
    public static let parts = 128
    /// /chosen/hypervisor/domain/module is depth 5; dom0less trees nest one deeper.
    public static let depth = 16
    /// DOMID_FIRST_RESERVED domains of six nodes each are more than Xen can have.
    public static let nodes = 200_000
    /// Of all nodes together: five for each of the most nodes.
    public static let properties = 1_000_000
    /// Names of one node are compared with each other.
    public static let propertiesPerNode = 256
    /// Device tree specification 2.2.1 and 2.2.4: 31 characters. dtc accepts longer ones; those that are read here end at this.
    public static let nameBytes = 63
    /// Names of nodes and properties that nobody reads here: real trees have longer ones, and dtc has no limit.
    static let foreignNameBytes = 1024
    /// Xen's domids end at DOMID_FIRST_RESERVED.
    public static let domains = 0x7FF0
    /// A domain's vcpus, whatever its mode: what an LCM may name.
    public static let vcpus: UInt32 = 512
    /// One x86 HVM or PVH domain's vcpus: HVM_MAX_VCPUS (xen/public/hvm/hvm_info_table.h).
    public static let hvmVCPUs: UInt32 = 128
    /// Physical cpus in an affinity list: Xen's largest NR_CPUS is 16383.
    public static let cpus: UInt32 = 16384
    /// An ELF kernel has four or five loadable segments.
    public static let segments = 64
    /// Port ranges, memory ranges, interrupts, devices of one domain.
    public static let ranges = 64
    /// GSIs: an x86 host has at most 256 I/O APICs of 240 inputs.
    public static let interrupts: UInt64 = 1 << 16
    /// A FLASK security context: what libxenctrl's own tools have room for.
    public static let labelBytes = 256
    /// One word of a choice: twice the longest.
    static let wordBytes = 32
    /// One virtual device as text.
    public static let deviceBytes = 512
    /// A place for the log: a domain's record takes less than a KiB.
    public static let logRegionBytes: UInt64 = 64 << 20
    /// Settings in one domain's text: twice as many as there are. Each is compared with those before it.
    public static let words = 64
    /// Linux on x86: COMMAND_LINE_SIZE.
    public static let commandLineBytes = 2048
    /// KiB of one domain: 16 TiB, Xen's CONFIG_BIGMEM-less limit on x86.
    public static let memory: UInt64 = 16 << 30
    /// XENSTORE_REL_PATH_MAX.
    public static let nodePathBytes = 2048
    /// XENSTORE_PAYLOAD_MAX.
    public static let nodeValueBytes = 4096
    /// Milliseconds: a day.
    public static let readyTimeout: UInt64 = 86_400_000
    /// PATH_MAX.
    public static let pathBytes = 4096
}

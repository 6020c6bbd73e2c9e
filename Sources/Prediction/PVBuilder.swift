// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform
import SimulatedPlatform

/// Builds a 64-bit PV domain of the simulated Xen byte for byte as domb-construct and libxenguest build the real one
/// (tools/libs/guest: xg_dom_core.c, xc_dom_build_image; xg_dom_x86.c), but for the machine frames, which are the allocator's choice.
///
/// libxenguest hands out frames upwards: kernel; ramdisk; list of machine frames; start info; rings of xenstore and console; page
/// tables; stack; then whatever rounds the mapping up to 4 MiB. A kernel as Linux is has its ramdisk behind that, and behind it the
/// list with tables of its own.
public struct PVBuilder {
    private static let pageSize: UInt64 = 4096
    /// What is mapped behind everything else, at least, and what the end of the mapping is a multiple of.
    private static let padding: UInt64 = 512 * 1024
    private static let mappingUnit: UInt64 = 4 << 20
    /// SIF_VIRT_P2M_4TOOLS and SIF_MOD_START_PFN.
    private static let flags: UInt64 = 0x10, moduleByFrame: UInt64 = 8
    private static let slackPages: UInt64 = 256

    private let domain: DomainDescription
    private let kernel: KernelImage
    private let xen: XenReleases
    private let pageCount: UInt64

    public init(_ domain: DomainDescription, kernel: KernelImage, xen: XenReleases = .usual) {
        self.domain = domain
        self.kernel = kernel
        self.xen = xen
        pageCount = domain.memory / 4
    }

    /// Frames of everything but the kernel.
    struct Layout {
        var ramdisk: UInt64?
        var list: UInt64 = 0
        var startInfo: UInt64 = 0
        var xenstoreRing: UInt64 = 0
        var consoleRing: UInt64 = 0
        var stack: UInt64 = 0
        /// Of the first mapping.
        var tableCount: UInt64 = 0
        var tables = PVTablePlan()
    }

    /// Throws why it would not be built.
    public func check(ramdiskSize: UInt64?) throws(BuildRefusal) { _ = try layout(ramdiskSize: ramdiskSize) }

    func layout(ramdiskSize: UInt64?) throws(BuildRefusal) -> Layout {
        guard let pv = kernel.pv else { throw .noPVKernel }
        guard !pv.hasHypercallPage else { throw .hypercallPage }
        guard !kernel.wantsSymbols else { throw .symbols }
        guard kernel.range.lowerBound % Self.pageSize == 0 else { throw .unalignedKernel(kernel.range.lowerBound) }
        var layout = Layout()
        var next = Self.pages(kernel.range.upperBound)
        let ramdiskPages = ramdiskSize.map(Self.pages)
        let listPages = Self.pages(pageCount * 8)
        func take(_ pages: UInt64) -> UInt64 {
            defer { next += pages }
            return next
        }
        if let ramdiskPages, !kernel.loadsModulesLast { layout.ramdisk = take(ramdiskPages) }
        if pv.frameList == nil { layout.list = take(listPages) }
        layout.startInfo = take(1)
        layout.xenstoreRing = take(1)
        layout.consoleRing = take(1)
        let end = Self.mappingEnd(pv.base, next)
        layout.tables.map(from: pv.base, through: end - 1, to: 0, tablesAt: next)
        layout.tableCount = UInt64(layout.tables.tables.count)
        next += layout.tableCount
        layout.stack = take(1)
        next = (end &- pv.base) / Self.pageSize
        guard next < pageCount else { throw .tooLittlePVMemory(neededPages: next) }
        if let ramdiskPages, kernel.loadsModulesLast { layout.ramdisk = take(ramdiskPages) }
        if let address = pv.frameList {
            let last = address + listPages * Self.pageSize - 1
            guard last < pv.base else { throw .overlappingMappings }
            layout.list = take(listPages)
            let known = layout.tables.tables.count
            layout.tables.map(from: address, through: last, to: layout.list, tablesAt: next)
            next += UInt64(layout.tables.tables.count - known)
        }
        guard next <= pageCount else { throw .tooLittlePVMemory(neededPages: next) }
        return layout
    }

    /// The virtual address where the first mapping ends: behind its own tables, the stack and the padding.
    private static func mappingEnd(_ base: UInt64, _ used: UInt64) -> UInt64 {
        let extra = 1 + padding / pageSize
        let usedEnd = base &+ used * pageSize
        var pages = extra
        while true {
            let end = ((usedEnd &+ pages * pageSize) | (mappingUnit - 1)) &+ 1
            pages = PVTablePlan.count(from: base, through: end &- 1) + extra
            if usedEnd &+ pages * pageSize <= end { return end }
        }
    }

    /// The domain, paused. `cpus` are the host's.
    public func build(
        ramdisk: [UInt8]?, from memory: inout MachineFrames, cpus: UInt32
    ) throws(BuildRefusal) -> SimulatedDomain {
        let layout = try layout(ramdiskSize: ramdisk.map { UInt64($0.count) })
        guard let pv = kernel.pv else { throw .noPVKernel }
        let (machineFrames, sharedInfoFrame) = (memory.take(pageCount), memory.take(1)[0])
        var built = SimulatedDomain(
            domid: domain.domid, kibibytes: domain.memory, vcpus: domain.vcpus, handle: domain.handle ?? .unset,
            cpus: cpus)
        func write(_ bytes: [UInt8], _ frame: UInt64) { built.memory.write(bytes, at: frame * Self.pageSize) }
        for part in kernel.parts { built.memory.write(part.content, at: part.place.address) }
        if let ramdisk, let frame = layout.ramdisk { write(ramdisk, frame) }
        write(machineFrames.flatMap { Self.word($0) }, layout.list)
        write(
            startInfo(layout, pv, ramdisk.map { UInt64($0.count) }, machineFrames, sharedInfoFrame), layout.startInfo)
        if xen.libraries.marksConsole {
            let place = layout.consoleRing * Self.pageSize + GuestMemoryMap.connection
            built.memory.write([GuestMemoryMap.disconnected], at: place)
        }
        for table in layout.tables.tables {
            write(layout.tables.bytes(of: table) { machineFrames[Int($0)] }, table.frame)
        }
        let root = layout.tables.tables.first?.frame ?? 0
        let vcpu = FirstPVVCPU(
            entry: pv.entry, startInfo: pv.base &+ layout.startInfo * Self.pageSize,
            stackEnd: pv.base &+ (layout.stack + 1) * Self.pageSize, root: machineFrames[Int(root)])
        built.pv = SimulatedPV(
            machineFrames: machineFrames, context: vcpu.bytes, sharedInfo: Self.sharedInfo,
            sharedInfoFrame: sharedInfoFrame)
        built.info.isHVM = false
        built.info.sharedInfoFrame = sharedInfoFrame
        built.info.maxPages = pageCount + Self.slackPages
        built.info.vcpus = domain.vcpus
        built.parameters = [:]
        return built
    }

    private func startInfo(
        _ layout: Layout, _ pv: KernelImage.PV, _ ramdiskSize: UInt64?, _ machineFrames: [UInt64],
        _ sharedInfoFrame: UInt64
    ) -> [UInt8] {
        var page = [UInt8](repeating: 0, count: Int(Self.pageSize))
        func put(_ bytes: [UInt8], _ offset: Int) { page.replaceSubrange(offset..<(offset + bytes.count), with: bytes) }
        func address(_ frame: UInt64) -> UInt64 { pv.base &+ frame * Self.pageSize }
        let root = layout.tables.tables.first?.frame ?? 0
        put(Line("xen-3.0-x86_64").bytes, 0)
        var words: [(Int, UInt64)] = [
            (32, pageCount), (40, sharedInfoFrame << 12), (48, Self.flags),
            (56, machineFrames[Int(layout.xenstoreRing)]),
            (72, machineFrames[Int(layout.consoleRing)]), (88, address(root)), (96, layout.tableCount),
            (104, pv.frameList ?? address(layout.list)),
        ]
        if pv.frameList != nil {
            let pages = Self.pages(pageCount * 8)
            words += [(1152, layout.list), (1160, pages + UInt64(layout.tables.tables.count) - layout.tableCount)]
        }
        if let frame = layout.ramdisk, let ramdiskSize {
            words +=
                kernel.loadsModulesLast
                ? [
                    (48, Self.flags | Self.moduleByFrame), (112, frame),
                    (120, Self.pages(ramdiskSize) * Self.pageSize),
                ] : [(112, address(frame)), (120, ramdiskSize)]
        }
        for (offset, word) in words { put(Self.word(word), offset) }
        put(domain.commandLine, 128)
        return page
    }

    /// Each vcpu's upcalls are masked (shared_info_x86_64); the wall clock is somebody's time.
    private static var sharedInfo: [UInt8] {
        var page = [UInt8](repeating: 0, count: Int(pageSize))
        for vcpu in 0..<32 { page[64 * vcpu + 1] = 1 }
        page.replaceSubrange(3072..<3084, with: [2, 0, 0, 0, 0x12, 0x34, 0x56, 0x67, 1, 2, 3, 0])
        return page
    }

    private static func pages(_ byteCount: UInt64) -> UInt64 { (byteCount + pageSize - 1) / pageSize }

    private static func word(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value, byteCount: 8)
        return bytes
    }
}

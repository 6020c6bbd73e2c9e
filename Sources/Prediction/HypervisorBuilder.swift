// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform
import SimulatedPlatform

/// Builds a domain of the simulated Xen byte for byte as the hypervisor of the Hyperlaunch preview of 2024 builds a PVH
/// domain (arch/x86/hvm/dom0_build.c there), with RAM that was scrubbed.
///
/// | place | what |
/// |---|---|
/// | 0 to 0x9e000, and from 1 MiB on | RAM, as much as `memory` says |
/// | behind the kernel, or below it | the ramdisk in whole pages; the command line with its zero; the module list; the start info |
/// | the end of RAM, downwards | MADT, XSDT and RSDP, without alignment |
/// | a page below the RSDP, and one below that | the frames where console and xenstore have their rings |
public struct HypervisorBuilder {
    private static let pageSize: UInt64 = 4096
    private static let lowFrames: Range<UInt64> = 0..<0x9E
    private static let firstHighFrame: UInt64 = 0x100
    /// How it lays out more was not seen.
    private static let kibibyteLimit: UInt64 = 3 << 20
    private static let startInfoSize: UInt64 = 56
    private static let moduleEntrySize: UInt64 = 32

    private let domain: DomainDescription
    private let kernel: KernelImage
    private let modules: [[UInt8]]
    private let tables: HostTables

    /// The modules are in the start info's order.
    public init(_ domain: DomainDescription, kernel: KernelImage, modules: [[UInt8]], tables: HostTables) {
        self.domain = domain
        self.kernel = kernel
        self.modules = modules
        self.tables = tables
    }

    /// The domain, paused. `cpus` are the host's. Throws why it would not be built, or in a way that is not known here.
    public func build(cpus: UInt32) throws(BuildRefusal) -> SimulatedDomain {
        guard domain.memory <= Self.kibibyteLimit, domain.memory >= 2048, domain.memory % 4 == 0 else {
            throw .unmodelledMemory
        }
        guard domain.otherModules.isEmpty, modules.count <= 1 else { throw .unmodelledModules }
        guard !kernel.wantsSymbols else { throw .symbols }
        guard let entry = kernel.entry else { throw .noPVHKernel }
        var built = SimulatedDomain(
            domid: domain.domid, kibibytes: 0, vcpus: domain.vcpus, handle: .unset, cpus: cpus)
        // Xen's own builder gives each domain an IOMMU where the host has one; of DomB's settings it reads none.
        built.created = domain.settings.filter { $0.key == .pci }
        let endFrame = Self.firstHighFrame + domain.memory / 4 - UInt64(Self.lowFrames.count)
        built.memory.add(Self.lowFrames)
        built.memory.add(Self.firstHighFrame..<endFrame)
        for part in kernel.parts { built.memory.write(part.content, at: part.place.address) }
        let end = endFrame * Self.pageSize
        let rsdp = writeTables(below: end, to: &built.memory)
        let startInfo = try writeStartInfo(rsdp: rsdp, end: end, to: &built.memory)
        built.parameters[.consoleFrame] = (rsdp - Self.pageSize) / Self.pageSize
        built.parameters[.xenstoreFrame] = (rsdp - 2 * Self.pageSize) / Self.pageSize
        for (port, parameter) in [(1, .consoleChannel), (2, .xenstoreChannel)] as [(UInt32, HVMParameter)] {
            built.parameters[parameter] = UInt64(port)
            built.channels[port] = .some(DomainID(rawValue: 0))
        }
        built.state = FirstVCPU(entry: entry, startInfo: startInfo, release: .xen419, builder: .hypervisor).state
        built.info.totalPages = built.memory.pageCount
        built.info.maxPages = built.info.totalPages
        built.info.vcpus = domain.vcpus
        return built
    }

    /// Where it lies. What goes with the kernel has one place, found before anything is taken from the end of RAM.
    private func writeStartInfo(
        rsdp: UInt64, end: UInt64, to memory: inout SimulatedMemory
    ) throws(BuildRefusal) -> UInt64 {
        let alignment: UInt64 = kernel.is64Bit ? 8 : 4
        let lineSize = Self.rounded(UInt64(domain.commandLine.count) + 1, to: alignment)
        let ramdisk = modules.first
        let ramdiskSize = Self.rounded(UInt64(ramdisk?.count ?? 0), to: Self.pageSize)
        let entrySize = ramdisk == nil ? 0 : Self.moduleEntrySize
        var next = try place(Self.startInfoSize + lineSize + ramdiskSize + entrySize, below: end)
        let ramdiskPlace = next
        memory.write(ramdisk ?? [], at: next)
        next += ramdiskSize
        let line = next
        memory.write(domain.commandLine + [0], at: next)
        next += lineSize
        let list = ramdisk == nil ? 0 : next
        if let ramdisk {
            var entry: [UInt8] = []
            for value in [ramdiskPlace, UInt64(ramdisk.count)] { entry.append(littleEndian: value, byteCount: 8) }
            memory.write(entry, at: next)
            next += entrySize
        }
        var info: [UInt8] = []
        // Magic, version 0, SIF_PRIVILEGED and SIF_INITDOMAIN, modules.
        for value in [0x336E_C578, 0, 3, UInt64(modules.count)] { info.append(littleEndian: value, byteCount: 4) }
        for value in [list, line, rsdp] { info.append(littleEndian: value, byteCount: 8) }
        memory.write(info, at: next)
        return next
    }

    /// Below the kernel where there is room from 1 MiB on, or else behind it.
    private func place(_ size: UInt64, below end: UInt64) throws(BuildRefusal) -> UInt64 {
        let start = Self.firstHighFrame * Self.pageSize
        let first = kernel.range.lowerBound / Self.pageSize * Self.pageSize
        let last = Self.rounded(kernel.range.upperBound, to: Self.pageSize)
        guard last <= end, first >= start else { throw .tooLittleMemory(neededPages: last / Self.pageSize) }
        if first > start, first - start >= size { return start }
        guard last < end, end - last >= size else {
            throw .tooLittleMemory(neededPages: (last + size) / Self.pageSize)
        }
        return last
    }

    /// The RSDP's address.
    private func writeTables(below end: UInt64, to memory: inout SimulatedMemory) -> UInt64 {
        var entries: [UInt8] = []
        // The local APIC's address and no flags; one x2APIC entry for vcpu 0, however many there are: enabled.
        for value in [0xFEE0_0000, 0, 0x1009, 0, 1, 0] as [UInt64] { entries.append(littleEndian: value, byteCount: 4) }
        let madt = Self.table(tables.madt, revision: min(tables.madt[8], 4), entries)
        let madtPlace = end - UInt64(madt.count)
        var list: [UInt8] = []
        // One entry more than there are tables.
        for value in [madtPlace, 0] { list.append(littleEndian: value, byteCount: 8) }
        let xsdt = Self.table(tables.xsdt, revision: 1, list)
        let xsdtPlace = madtPlace - UInt64(xsdt.count)
        var rsdp = Line("RSD PTR ").bytes + [0] + tables.oemID + [2, 0, 0, 0, 0]
        rsdp.append(littleEndian: 36, byteCount: 4)
        rsdp.append(littleEndian: xsdtPlace, byteCount: 8)
        rsdp += [0, 0, 0, 0]
        rsdp[8] = 0 &- rsdp.prefix(20).reduce(0, &+)
        rsdp[32] = 0 &- rsdp.reduce(0, &+)
        let place = xsdtPlace - UInt64(rsdp.count)
        memory.write(rsdp + xsdt + madt, at: place)
        return place
    }

    private static func table(_ header: [UInt8], revision: UInt8, _ body: [UInt8]) -> [UInt8] {
        var table = [UInt8](header.prefix(4))
        table.append(littleEndian: UInt64(header.count + body.count), byteCount: 4)
        table += [revision, 0] + header.dropFirst(10) + body
        table[9] = 0 &- table.reduce(0, &+)
        return table
    }

    private static func rounded(_ value: UInt64, to unit: UInt64) -> UInt64 { (value + unit - 1) / unit * unit }
}

// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform
import SimulatedPlatform

/// Builds a domain of the simulated Xen byte for byte as domb-construct and libxenguest build the real one
/// (tools/libs/guest: xg_dom_core.c, xc_dom_build_image; xg_dom_x86.c, alloc_magic_pages_hvm and bootlate_hvm).
///
/// libxenguest hands out memory upwards, in whole pages: the kernel from its first segment on, then the modules, then
/// the start info. A kernel with XEN_ELFNOTE_MOD_START_PFN, as Linux is, has its modules behind the start info.
public struct SimulatedBuilder {
    /// XC_DOM_DECOMPRESS_MAX.
    private static let imageLimit: UInt64 = 1 << 30
    /// Pages besides RAM that domb-construct lets a domain own, in KiB.
    private static let slack: UInt64 = 1024

    private let domain: DomainDescription
    private let kernel: KernelImage
    private let modules: [[UInt8]]
    private let moduleSizes: [UInt64]
    private let acpi: GuestACPI
    private let map: GuestMemoryMap
    private let xen: XenReleases
    /// Where the next thing goes.
    private var next: UInt64 = 0

    /// `domain` is one that `Feasibility` does not refuse; the modules are in the start info's order.
    public init(
        _ domain: DomainDescription, kernel: KernelImage, modules: [[UInt8]], xen: XenReleases = .usual
    ) {
        self.init(
            domain, kernel: kernel, modules: modules, moduleSizes: modules.map { UInt64($0.count) }, xen: xen)
    }

    private init(
        _ domain: DomainDescription, kernel: KernelImage, modules: [[UInt8]], moduleSizes: [UInt64],
        xen: XenReleases
    ) {
        self.xen = xen
        self.domain = domain
        self.kernel = kernel
        self.modules = modules
        self.moduleSizes = moduleSizes
        acpi = GuestACPI(vcpus: domain.vcpus)
        map = GuestMemoryMap(kibibytes: domain.memory, acpiByteCount: acpi.bytes.count)
    }

    /// Where libxenguest puts what belongs to no kernel, and the domain's RAM.
    public struct Layout: Equatable, Sendable {
        /// The modules in the start info's order.
        public let modules: [Segment]
        public let startInfo: Segment
        /// Below 4 GiB, and above where it has some.
        public let ram: [Segment]
    }

    /// By the sizes of its modules alone. Throws why it would not be built.
    public static func layout(
        of domain: DomainDescription, kernel: KernelImage, moduleSizes: [UInt64]
    ) throws(BuildRefusal) -> Layout {
        // Where things lie depends on no release.
        var builder = SimulatedBuilder(domain, kernel: kernel, modules: [], moduleSizes: moduleSizes, xen: .usual)
        let startInfo = StartInfoSegment(commandLine: domain.commandLine, map: builder.map)
        let (modules, place) = try builder.layOut(startInfo)
        return Layout(
            modules: modules, startInfo: Segment(address: place, byteCount: startInfo.byteCount), ram: builder.map.ram)
    }

    /// Where the modules and the start info lie.
    private mutating func layOut(
        _ startInfo: StartInfoSegment
    ) throws(BuildRefusal) -> (modules: [Segment], startInfo: UInt64) {
        try checkImages()
        next = kernel.range.lowerBound
        _ = try allocate(kernel.range.upperBound - kernel.range.lowerBound)
        var modules: [Segment] = []
        if !kernel.loadsModulesLast { modules = try placeModules() }
        let place = try allocate(startInfo.byteCount)
        if kernel.loadsModulesLast { modules = try placeModules() }
        return (modules, place)
    }

    /// The domain, paused. `cpus` are the host's.
    public mutating func build(cpus: UInt32) throws(BuildRefusal) -> SimulatedDomain {
        let startInfo = StartInfoSegment(commandLine: domain.commandLine, map: map)
        let (places, place) = try layOut(startInfo)
        var built = SimulatedDomain(
            domid: domain.domid, kibibytes: 0, vcpus: domain.vcpus, handle: domain.handle ?? .unset, cpus: cpus)
        built.created = domain.settings
        for frames in map.frames { built.memory.add(frames) }
        for part in kernel.parts { built.memory.write(part.content, at: part.place.address) }
        for (module, place) in zip(modules, places) { built.memory.write(module, at: place.address) }
        built.memory.write(startInfo.bytes(at: place, modules: places), at: place)
        built.memory.write(acpi.bytes, at: GuestACPI.address)
        built.memory.write(Self.identityPageTable, at: GuestMemoryMap.identityPageTable)
        built.parameters[.identityPageTable] = GuestMemoryMap.identityPageTable
        // domb-construct takes the page away from a domain that has no xenstore.
        if domain.settings.usesXenstore { built.parameters[.xenstoreFrame] = GuestMemoryMap.xenstoreFrame }
        built.parameters[.consoleFrame] = GuestMemoryMap.consoleFrame
        if xen.libraries.marksConsole {
            built.memory.write([GuestMemoryMap.disconnected], at: GuestMemoryMap.consoleConnection)
        }
        guard let entry = kernel.entry else { throw .noPVHKernel }
        built.state = FirstVCPU(entry: entry, startInfo: place, release: xen.running).state
        built.info.totalPages = built.memory.pageCount
        built.info.maxPages = (domain.memory + Self.slack) / 4
        built.info.vcpus = domain.vcpus
        return built
    }

    private func checkImages() throws(BuildRefusal) {
        let range = kernel.range
        guard range.lowerBound % GuestMemoryMap.pageSize == 0 else { throw .unalignedKernel(range.lowerBound) }
        guard let entry = kernel.entry else { throw .noPVHKernel }
        guard UInt64(entry) >= range.lowerBound, UInt64(entry) <= range.upperBound else { throw .entryOutside(entry) }
        guard !kernel.wantsSymbols else { throw .symbols }
        for size in moduleSizes {
            guard size > 0 else { throw .emptyModule }
            guard size <= Self.imageLimit else { throw .tooLarge(byteCount: size) }
        }
    }

    private mutating func placeModules() throws(BuildRefusal) -> [Segment] {
        var places: [Segment] = []
        for size in moduleSizes {
            places.append(Segment(address: try allocate(size), byteCount: size))
        }
        return places
    }

    private mutating func allocate(_ byteCount: UInt64) throws(BuildRefusal) -> UInt64 {
        let start = next
        next += GuestMemoryMap.wholePages(byteCount)
        guard next <= map.lowEnd else { throw .tooLittleMemory(neededPages: next / GuestMemoryMap.pageSize) }
        return start
    }

    /// 1,024 superpages of 4 MiB, each mapped to itself: present, writable, user, accessed, dirty.
    private static var identityPageTable: [UInt8] {
        var table: [UInt8] = []
        for entry in 0..<UInt64(1024) { table.append(littleEndian: entry << 22 | 0xE7, byteCount: 4) }
        return table
    }
}

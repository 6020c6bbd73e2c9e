// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What libxenguest takes from a kernel.
public struct KernelImage: Sendable {
    /// One loadable segment: its bytes of the file, then zeros up to the place's size.
    public struct Part: Sendable {
        public let place: Segment
        public let content: ArraySlice<UInt8>

        public init(place: Segment, content: ArraySlice<UInt8>) {
            self.place = place
            self.content = content
        }
    }

    /// What a 64-bit PV kernel's notes say.
    public struct PV: Equatable, Sendable {
        /// XEN_ELFNOTE_VIRT_BASE: the virtual address of the domain's first page.
        public let base: UInt64
        /// XEN_ELFNOTE_ENTRY, or the ELF header's: virtual.
        public let entry: UInt64
        /// XEN_ELFNOTE_INIT_P2M: where the kernel wants the list of machine frames; `nil` for in its first mapping.
        public let frameList: UInt64?
        /// XEN_ELFNOTE_HYPERCALL_PAGE: Xen fills a page of the kernel.
        public let hasHypercallPage: Bool

        public init(base: UInt64, entry: UInt64, frameList: UInt64? = nil, hasHypercallPage: Bool = false) {
            self.base = base
            self.entry = entry
            self.frameList = frameList
            self.hasHypercallPage = hasHypercallPage
        }
    }

    public let parts: [Part]
    /// From the first loadable program header's address to the last one's end. libelf counts an empty one too.
    public let range: Range<UInt64>
    /// XEN_ELFNOTE_PHYS32_ENTRY; `nil` of a kernel that no PVH domain can run.
    public let entry: UInt32?
    /// `nil` of a kernel that no PV domain can run.
    public let pv: PV?
    /// Its ELF class.
    public let is64Bit: Bool
    /// XEN_ELFNOTE_MOD_START_PFN is not zero: the kernel finds modules outside of its first mapping, so libxenguest
    /// loads them behind everything else.
    public let loadsModulesLast: Bool
    /// XEN_ELFNOTE_BSD_SYMTAB is "yes": libxenguest loads the symbol table too, behind the segments.
    public let wantsSymbols: Bool

    public init(
        parts: [Part], range: Range<UInt64>, entry: UInt32?, pv: PV? = nil, is64Bit: Bool = true,
        loadsModulesLast: Bool = false, wantsSymbols: Bool = false
    ) {
        self.pv = pv
        self.parts = parts
        self.range = range
        self.entry = entry
        self.is64Bit = is64Bit
        self.loadsModulesLast = loadsModulesLast
        self.wantsSymbols = wantsSymbols
    }

    /// Throws where no domain of the mode starts with it.
    public func check(_ mode: DomainMode) throws(BuildRefusal) {
        switch mode {
        case .pvh: if entry == nil { throw .noPVHKernel }
        case .pv: if pv == nil { throw .noPVKernel }
        case .hvm: break
        }
    }
}

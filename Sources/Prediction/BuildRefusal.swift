// SPDX-License-Identifier: Apache-2.0

/// Why libxenguest would not build a domain, or would build it in a way that is not known here.
public enum BuildRefusal: Error, Equatable, Sendable {
    /// It needs this many pages below 4 GiB for kernel, modules and start info.
    case tooLittleMemory(neededPages: UInt64)
    /// libxenguest loads at whole pages only.
    case unalignedKernel(UInt64)
    case entryOutside(UInt32)
    /// No XEN_ELFNOTE_PHYS32_ENTRY.
    case noPVHKernel
    /// No notes of a 64-bit PV kernel.
    case noPVKernel
    /// XEN_ELFNOTE_HYPERCALL_PAGE: what Xen puts there is not in the file.
    case hypercallPage
    /// The first mapping needs this many pages.
    case tooLittlePVMemory(neededPages: UInt64)
    /// The list of machine frames would lie over the kernel.
    case overlappingMappings
    /// The symbol table's form in memory is not predicted.
    case symbols
    case emptyModule
    /// A size, or modules, of which nobody has seen what the hypervisor's builder makes.
    case unmodelledMemory
    case unmodelledModules
    case unmodelledMode
    /// Larger than libxenguest reads.
    case tooLarge(byteCount: UInt64)

    public var text: String {
        switch self {
        case .tooLittleMemory(let pages):
            "kernel, ramdisk and start info need \(pages * 4) KiB of memory below 0xfc000000, more than it has"
        case .unalignedKernel(let address):
            "its kernel begins at 0x\(String(address, radix: 16)), which is not the start of a page"
        case .entryOutside(let address):
            "its kernel's entry 0x\(String(address, radix: 16)) lies outside of its loadable segments"
        case .noPVHKernel: "no PVH kernel: it has no note XEN_ELFNOTE_PHYS32_ENTRY"
        case .noPVKernel: "no 64-bit PV kernel: it has no note XEN_ELFNOTE_XEN_VERSION of xen-3.0"
        case .hypercallPage:
            "its kernel has a hypercall page (XEN_ELFNOTE_HYPERCALL_PAGE), which Xen fills: what lies there is not predicted"
        case .tooLittlePVMemory(let pages):
            "kernel, ramdisk and page tables need more than \(pages * 4) KiB of memory, and it has less"
        case .overlappingMappings: "its kernel wants the list of machine frames where it is mapped itself (INIT_P2M)"
        case .symbols: "its kernel wants its symbol table loaded (BSD_SYMTAB), which is not predicted"
        case .emptyModule: "an empty module"
        case .unmodelledMemory: "its memory is not in whole pages from 2 MiB to 3 GiB, which is all that is modelled"
        case .unmodelledModules: "it has modules besides kernel and ramdisk, which that builder does not hand on"
        case .unmodelledMode: "it is a PV domain, and what that builder makes of one was not modelled"
        case .tooLarge(let byteCount): "an image of \(byteCount) bytes; libxenguest reads at most 1 GiB"
        }
    }
}

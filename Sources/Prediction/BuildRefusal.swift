// SPDX-License-Identifier: Apache-2.0

/// Why libxenguest would not build a domain, or would build it in a way that is not known here.
public enum BuildRefusal: Error, Equatable, Sendable {
    /// It needs this many pages below 4 GiB for kernel, modules and start info.
    case tooLittleMemory(neededPages: UInt64)
    /// libxenguest loads at whole pages only.
    case unalignedKernel(UInt64)
    case entryOutside(UInt32)
    /// The symbol table's form in memory is not predicted.
    case symbols
    case emptyModule
    /// A size, or modules, of which nobody has seen what the hypervisor's builder makes.
    case unmodelledMemory
    case unmodelledModules
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
        case .symbols: "its kernel wants its symbol table loaded (BSD_SYMTAB), which is not predicted"
        case .emptyModule: "an empty module"
        case .unmodelledMemory: "its memory is not in whole pages from 2 MiB to 3 GiB, which is all that is modelled"
        case .unmodelledModules: "it has modules besides kernel and ramdisk, which that builder does not hand on"
        case .tooLarge(let byteCount): "an image of \(byteCount) bytes; libxenguest reads at most 1 GiB"
        }
    }
}

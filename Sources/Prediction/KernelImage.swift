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

    public let parts: [Part]
    /// From the first loadable program header's address to the last one's end. libelf counts an empty one too.
    public let range: Range<UInt64>
    /// XEN_ELFNOTE_PHYS32_ENTRY.
    public let entry: UInt32
    /// Its ELF class.
    public let is64Bit: Bool
    /// XEN_ELFNOTE_MOD_START_PFN is not zero: the kernel finds modules outside of its first mapping, so libxenguest
    /// loads them behind everything else.
    public let loadsModulesLast: Bool
    /// XEN_ELFNOTE_BSD_SYMTAB is "yes": libxenguest loads the symbol table too, behind the segments.
    public let wantsSymbols: Bool

    public init(
        parts: [Part], range: Range<UInt64>, entry: UInt32, is64Bit: Bool = true, loadsModulesLast: Bool = false,
        wantsSymbols: Bool = false
    ) {
        self.parts = parts
        self.range = range
        self.entry = entry
        self.is64Bit = is64Bit
        self.loadsModulesLast = loadsModulesLast
        self.wantsSymbols = wantsSymbols
    }
}

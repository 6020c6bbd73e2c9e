// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction

extension KernelImage {
    /// What libxenguest takes from the kernel in a file.
    init(_ file: KernelFile, _ path: String) throws(CommandFailure) {
        let notes: ELFNotes
        do throws(ELFKernel.Problem) {
            notes = try ELFNotes(parsing: file.content)
        } catch {
            throw .malformed("\(path): \(error.text)")
        }
        // libelf lets the last one count, and domb-construct, for a hardware domain, the first one.
        let entries = notes.values("Xen", ELFNotes.Xen.entry).map { UInt32(truncatingIfNeeded: $0.number) }
        let entry = entries.last
        guard entries.allSatisfy({ $0 == entry }) else {
            throw .refusal("\(path): its XEN_ELFNOTE_PHYS32_ENTRY notes contradict each other")
        }
        self.init(
            parts: file.kernel.segments.map {
                Part(
                    place: Segment(address: $0.address, byteCount: $0.byteCount), content: file.content[$0.file])
            },
            range: file.kernel.range, entry: entry, pv: try PV(file, notes, path),
            is64Bit: file.content.dropFirst(4).first == 2,
            loadsModulesLast: (notes.values("Xen", ELFNotes.Xen.moduleStartFrame).last?.number ?? 0) != 0,
            wantsSymbols: notes.values("Xen", ELFNotes.Xen.symbols)
                .contains { $0.value.prefix { $0 != 0 }.elementsEqual(Line("yes").bytes) })
    }
}

extension KernelImage.PV {
    /// `nil` of a kernel that is none for a PV domain.
    fileprivate init?(_ file: KernelFile, _ notes: ELFNotes, _ path: String) throws(CommandFailure) {
        func number(_ type: UInt64) -> UInt64? { notes.values("Xen", type).last?.number }
        let version = notes.values("Xen", ELFNotes.Xen.version).last?.value.prefix { $0 != 0 }
        guard file.content.dropFirst(4).first == 2, version?.elementsEqual(Line("xen-3.0").bytes) == true else {
            return nil
        }
        guard number(ELFNotes.Xen.physicalOffset) ?? 0 == 0 else {
            throw .refusal("\(path): its XEN_ELFNOTE_PADDR_OFFSET is not zero, which is not predicted")
        }
        let base = number(ELFNotes.Xen.virtualBase) ?? 0
        // As libxenguest has it: only below the kernel, and at a whole page.
        let list = number(ELFNotes.Xen.frameList).flatMap { $0 < base && $0 % 4096 == 0 ? $0 : nil }
        self.init(
            base: base, entry: number(ELFNotes.Xen.virtualEntry) ?? file.kernel.entry, frameList: list,
            hasHypercallPage: number(ELFNotes.Xen.hypercallPage) != nil)
    }
}

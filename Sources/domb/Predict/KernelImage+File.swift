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
        guard let entry = entries.last else {
            throw .refusal("\(path): no PVH kernel: it has no note XEN_ELFNOTE_PHYS32_ENTRY")
        }
        guard entries.allSatisfy({ $0 == entry }) else {
            throw .refusal("\(path): its XEN_ELFNOTE_PHYS32_ENTRY notes contradict each other")
        }
        self.init(
            parts: file.kernel.segments.map {
                Part(
                    place: Segment(address: $0.address, byteCount: $0.byteCount), content: file.content[$0.file])
            },
            range: file.kernel.range, entry: entry, is64Bit: file.content.dropFirst(4).first == 2,
            loadsModulesLast: (notes.values("Xen", ELFNotes.Xen.moduleStartFrame).last?.number ?? 0) != 0,
            wantsSymbols: notes.values("Xen", ELFNotes.Xen.symbols)
                .contains { $0.value.prefix { $0 != 0 }.elementsEqual(Line("yes").bytes) })
    }
}

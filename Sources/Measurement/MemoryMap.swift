// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The memory map that a PVH domain's start info points at.
struct MemoryMap {
    /// Every range, whatever it is for.
    let ranges: [Segment]
    /// Where ACPI tables lie, in ascending order, no two overlapping.
    let acpi: [Segment]

    init(parsing bytes: [UInt8]) throws(MeasurementError) {
        var ranges: [Segment] = []
        var acpi: [Segment] = []
        for offset in stride(from: 0, to: bytes.count - StartInfo.mapEntrySize + 1, by: StartInfo.mapEntrySize) {
            let entry = StartInfo.segment(bytes, offset)
            guard entry.end != nil else { throw .badMemoryMap }
            ranges.append(entry)
            // XEN_HVM_MEMMAP_TYPE_ACPI and XEN_HVM_MEMMAP_TYPE_NVS.
            if [3, 4].contains(StartInfo.integer(bytes, offset + 16, 4)) { acpi.append(entry) }
        }
        self.ranges = ranges
        self.acpi = acpi.filter { $0.byteCount > 0 }.inOrder { $0.address < $1.address }
        for (left, right) in zip(self.acpi, self.acpi.dropFirst()) where left.overlaps(right) { throw .badMemoryMap }
    }
}

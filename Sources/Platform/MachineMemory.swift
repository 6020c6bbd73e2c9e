// SPDX-License-Identifier: Apache-2.0

/// The machine's memory map (E820), and where of it no device lies that a domain may be given.
public enum MachineMemory {
    /// One range, as firmware and Xen tell it.
    public struct Entry: Equatable, Sendable {
        /// 1 RAM, 2 reserved, 3 ACPI tables, 4 ACPI NVS, 5 unusable, 7 persistent (ACPI, 15.1).
        public let type: UInt32
        /// The first byte's.
        public let address: UInt64
        /// In bytes, as the map gives it.
        public let byteCount: UInt64

        public init(type: UInt32, address: UInt64, byteCount: UInt64) {
            self.type = type
            self.address = address
            self.byteCount = byteCount
        }

        fileprivate var isReserved: Bool { type == 2 }
        /// The last byte; a range that runs over goes to the end of what there is.
        fileprivate var last: UInt64 {
            let (last, overflow) = address.addingReportingOverflow(byteCount - 1)
            return overflow ? .max : last
        }
    }

    /// Devices of 32 bits lie between the memory below it and that above.
    private static let fourGiB: UInt64 = 1 << 32

    /// Frames that are memory, or that Xen or the firmware uses: of every type but 2, and of type 2 what lies among memory.
    ///
    /// Type 2 is two things. Devices lie in it where firmware keeps their place, and Xen reports with it the frames of its
    /// own devices (interrupt controllers, IOMMUs), which it gives to nobody itself. But it is memory, too: the code of EFI's
    /// runtime services, the BIOS, what a graphics device or the management engine has taken. Those lie below the last memory
    /// on their side of 4 GiB, or begin where it ends.
    public static func framesInUse(_ entries: [Entry]) -> [Range<UInt64>] {
        let sorted = entries.filter { $0.byteCount > 0 }.inOrder { $0.address < $1.address }
        var lastBelow: UInt64 = 0
        var lastAbove: UInt64 = 0
        for entry in sorted where !entry.isReserved {
            if entry.address < fourGiB { lastBelow = max(lastBelow, min(entry.last, fourGiB - 1)) }
            if entry.last >= fourGiB { lastAbove = max(lastAbove, entry.last) }
        }
        var frames: [Range<UInt64>] = []
        for entry in sorted {
            let isBelow = entry.address < fourGiB
            let last = isBelow ? lastBelow : lastAbove
            if entry.isReserved {
                // Touching what is in use, it is a part of it, and the next may touch it in turn.
                guard last > 0, entry.address <= last || entry.address - last == 1 else { continue }
                if isBelow { lastBelow = max(lastBelow, entry.last) } else { lastAbove = max(lastAbove, entry.last) }
            }
            frames.append(entry.address >> 12..<(entry.last >> 12 + 1))
        }
        return frames
    }
}

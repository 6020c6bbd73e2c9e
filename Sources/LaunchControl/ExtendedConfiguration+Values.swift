// SPDX-License-Identifier: Apache-2.0

import Platform

/// Lists of numbers as what they mean: the same rules for every format. At least one item and at most `Limits.ranges`, in
/// ascending order, so that one configuration has one form. Not inlined: two formats call each, and PID 1 has no room.
extension ExtendedConfiguration {
    typealias List<Item> = (items: [Item], problem: ParseError.Code?)

    /// Pairs of first port and count.
    @inline(never) static func ports(_ cells: [UInt64]) -> List<IOPortRange> {
        list(cells, width: 2) {
            IOPortRange(first: $0[$0.startIndex], count: $0[$0.startIndex + 1])
        } ascending: {
            $0.first + $0.count <= $1.first
        }
    }

    /// Triples of machine frame, count and guest frame.
    @inline(never) static func memory(_ cells: [UInt64]) -> List<IOMemoryRange> {
        let (items, problem) = list(cells, width: 3) { cell in
            let start = cell.startIndex
            return IOMemoryRange(host: cell[start], count: cell[start + 1], guest: cell[start + 2])
        } ascending: {
            $0.hostFrames.upperBound <= $1.host
        }
        for (index, item) in items.enumerated() {
            for other in items[..<index] where other.guestFrames.overlaps(item.guestFrames) {
                return ([], .notAscending)
            }
        }
        return (items, problem)
    }

    @inline(never) static func interrupts(_ cells: [UInt64]) -> List<UInt32> {
        list(cells, width: 1) { cell in
            cell.first.flatMap { $0 < Limits.interrupts ? UInt32($0) : nil }
        } ascending: {
            $0 < $1
        }
    }

    /// Pairs of number and value.
    @inline(never) static func parameters(_ cells: [UInt64]) -> List<HVMSetting> {
        list(cells, width: 2) { cell in
            UInt32(exactly: cell[cell.startIndex]).flatMap { HVMParameter(rawValue: $0) }.flatMap {
                HVMSetting($0, cell[cell.startIndex + 1])
            }
        } ascending: {
            $0.parameter.rawValue < $1.parameter.rawValue
        }
    }

    @inline(never) static func channels(_ texts: [ArraySlice<UInt8>]) -> List<EventChannel> {
        list(texts) {
            EventChannel($0)
        } ascending: {
            $0.port < $1.port
        }
    }

    @inline(never) static func features(_ texts: [ArraySlice<UInt8>]) -> List<CPUFeature> {
        list(texts) { text in
            CPUFeature.allCases.first { Line($0.name).bytes == [UInt8](text) }
        } ascending: {
            Line($0.name).bytes.lexicographicallyPrecedes(Line($1.name).bytes)
        }
    }

    private static func list<Item>(
        _ texts: [ArraySlice<UInt8>], _ item: (ArraySlice<UInt8>) -> Item?, ascending: (Item, Item) -> Bool
    ) -> List<Item> {
        guard texts.count <= Limits.ranges else { return ([], .limitExceeded) }
        var items: [Item] = []
        for text in texts {
            guard let next = item(text) else { return ([], .badPropertyValue) }
            if let last = items.last, !ascending(last, next) { return ([], .notAscending) }
            items.append(next)
        }
        return (items, nil)
    }

    @inline(never) static func devices(_ texts: [ArraySlice<UInt8>]) -> List<PCIAddress> {
        var cells: [UInt64] = []
        for text in texts {
            guard let device = PCIAddress(text) else { return ([], .badPropertyValue) }
            cells.append(UInt64(device.rawValue))
        }
        return list(cells, width: 1) { cell in
            cell.first.map { PCIAddress(rawValue: UInt32(truncatingIfNeeded: $0)) }
        } ascending: {
            $0.rawValue < $1.rawValue
        }
    }

    @inline(never) static func disks(_ texts: [ArraySlice<UInt8>]) -> List<VirtualDisk> {
        list(texts) { text in
            DeviceWords(text).flatMap { VirtualDisk($0) }
        } ascending: {
            $0.number < $1.number
        }
    }

    @inline(never) static func interfaces(_ texts: [ArraySlice<UInt8>]) -> List<VirtualInterface> {
        list(texts) { text in
            DeviceWords(text).flatMap { VirtualInterface($0) }
        } ascending: { _, _ in
            true
        }
    }

    /// `xen,enhanced`'s words; `nil` for any other.
    static func storeUse(_ text: [UInt8]) -> Bool? {
        if text == Line("enabled").bytes { return true }
        return text == Line("disabled").bytes || text == Line("no-xenstore").bytes ? false : nil
    }

    /// Devices are found through xenstore alone.
    var storeProblem: ParseError.Code? { usesStore || backends.isEmpty ? nil : .conflictingProperties }

    /// A label is printable and has no spaces.
    static func labelProblem(_ label: [UInt8]) -> ParseError.Code? {
        if label.count > Limits.labelBytes { return .limitExceeded }
        return label.isEmpty || label.contains { $0 <= 0x20 || $0 > 0x7E } ? .badPropertyValue : nil
    }

    private static func list<Item>(
        _ cells: [UInt64], width: Int, _ item: (ArraySlice<UInt64>) -> Item?, ascending: (Item, Item) -> Bool
    ) -> List<Item> {
        guard !cells.isEmpty, cells.count % width == 0 else { return ([], .badPropertyLength) }
        guard cells.count / width <= Limits.ranges else { return ([], .limitExceeded) }
        var items: [Item] = []
        for start in stride(from: 0, to: cells.count, by: width) {
            guard let next = item(cells[start..<(start + width)]) else { return ([], .badPropertyValue) }
            if let last = items.last, !ascending(last, next) { return ([], .notAscending) }
            items.append(next)
        }
        return (items, nil)
    }
}

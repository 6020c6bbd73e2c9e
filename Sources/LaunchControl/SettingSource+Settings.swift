// SPDX-License-Identifier: Apache-2.0

import Platform

/// The one reader of a domain's settings, whatever format they stand in.
extension SettingSource {
    /// In the order of their keys. A tree's handle, its most memory and its vcpus' affinities are the tree reader's.
    public func settings() -> [Setting] {
        var settings: [Setting] = []
        for key in SettingKey.ofSettings {
            guard key != .enhanced else {
                if xenstoreUse() { settings.append(.enhanced) }
                continue
            }
            settings += items(key)
        }
        checkRTDS(settings)
        // Devices are found through xenstore alone.
        if !settings.usesXenstore, !settings.backends.isEmpty { report(.enhanced, .conflictingProperties) }
        return settings
    }

    /// dom0less (Xen, docs/misc/arm/device-tree/booting.txt): no value means "enabled", and "legacy" (4.21) leaves the
    /// xenstore page to whoever builds the domain, as it is here in any case.
    private func xenstoreUse() -> Bool {
        if isFlag(.enhanced) { return true }
        return value(.enhanced) { text -> Bool? in
            if text == Line("enabled").bytes || text == Line("legacy").bytes { return true }
            return text == Line("disabled").bytes || text == Line("no-xenstore").bytes ? false : nil
        } ?? false
    }

    /// The items of one key: at most `Limits.ranges`, ascending, so that one configuration has one form. None where
    /// something is wrong with one of them.
    private func items(_ key: SettingKey) -> [Setting] {
        var items: [Setting] = []
        var problem: ParseError.Code?
        func add(_ item: Setting?) {
            guard problem == nil else { return }
            guard let item else { return problem = key.badValue }
            if let last = items.last?.span, let next = item.span, last.upperBound > next.lowerBound {
                problem = .notAscending
            }
            items.append(item)
        }
        switch values(key) {
        case .cells(let cells):
            let count = key.schema.cellCount
            if cells.isEmpty || cells.count % count != 0 || (key.schema.between == nil && cells.count != count) {
                problem = .badPropertyLength
            }
            for start in stride(from: 0, to: cells.count - count + 1, by: count) {
                add(Setting(key, numbers: [UInt64](cells[start..<(start + count)])))
            }
        case .texts(let texts): for text in texts { add(Setting(key, text: text)) }
        case nil: return []
        }
        if items.count > Limits.ranges, problem == nil { problem = .limitExceeded }
        problem = problem ?? (Self.overlapInGuest(items) ? .notAscending : nil)
        guard let problem else { return items }
        report(key, problem)
        return []
    }

    /// Two ranges of the host's in one place of the domain's.
    private static func overlapInGuest(_ items: [Setting]) -> Bool {
        var seen: [Range<UInt64>] = []
        for case .iomem(let range) in items {
            if seen.contains(where: { $0.overlaps(range.guestFrames) }) { return true }
            seen.append(range.guestFrames)
        }
        return false
    }

    /// Neither says anything without the other.
    private func checkRTDS(_ settings: [Setting]) {
        let keys: [SettingKey] = [.rtdsPeriod, .rtdsBudget]
        for (own, other) in [(0, 1), (1, 0)] {
            if settings.contains(where: { $0.key == keys[own] }), !has(keys[other]) {
                reportMissing(keys[other], with: keys[own])
            }
        }
        if let parameters = settings.rtds, !parameters.isPossible { report(.rtdsBudget, .badPropertyValue) }
    }
}

extension SettingKey {
    /// What is wrong with a value that the key cannot have.
    fileprivate var badValue: ParseError.Code {
        switch self {
        case .hardAffinity, .softAffinity, .nodeAffinity: .badCPUList
        default: .badPropertyValue
        }
    }
}

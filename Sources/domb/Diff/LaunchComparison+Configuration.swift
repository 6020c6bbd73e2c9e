// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension LaunchComparison {
    mutating func compareConfigurations(_ pairs: [DomainPair]) {
        // Where a whole record, or a whole domain, is missing, that is told.
        guard a.settings != nil, b.settings != nil else { return }
        var renumbered: [UInt16: UInt16] = [:]
        for pair in pairs {
            if let a = pair.a, let b = pair.b { renumbered[a.label.domid] = b.label.domid }
        }
        for pair in pairs {
            guard let a = pair.a, let b = pair.b else { continue }
            let place = Change.Place.configuration(a.label)
            guard let first = a.configuration, let second = b.configuration else {
                add(place, .presence, a.configuration, b.configuration) { $0.map { _ in .word("present") } }
                continue
            }
            add(place, .memory, first.memory, second.memory) { .kibibytes($0) }
            // A domid that changed is told of the domain that has it.
            let expected = first.dependencies.map { renumbered[$0.rawValue] ?? $0.rawValue }
            if expected != second.dependencies.map({ $0.rawValue }) {
                add(place, .dependencies, first.dependencies, second.dependencies) { .domids($0) }
            }
            compareItems(place, first.items, second.items)
        }
    }

    private struct ItemKey: Hashable {
        let kind: ConfigurationItem.Kind
        /// For what is set for each vcpu.
        let vcpu: UInt64?
    }

    private mutating func compareItems(
        _ place: Change.Place, _ a: [ConfigurationItem], _ b: [ConfigurationItem]
    ) {
        let items = Keyed(a, b) { item in
            switch item.kind {
            case .hardAffinity, .softAffinity: ItemKey(kind: item.kind, vcpu: item.values.first)
            default: ItemKey(kind: item.kind, vcpu: nil)
            }
        }
        for pair in items.pairs {
            add(place, .item(pair.key.kind, vcpu: pair.key.vcpu), pair.a, pair.b) { $0.map { .item($0) } }
        }
        if items.isReordered { append(Change(place: place, aspect: .itemOrder, a: .items(a), b: .items(b))) }
    }
}

extension [Change] {
    /// A log says some things twice: once where they are measured, once where they are applied.
    func withoutRepetitions() -> [Change] {
        var vcpus: [DomainLabel: Change] = [:]
        var handles: [DomainLabel: Change] = [:]
        var coverage: Change?
        var nextInit: Change?
        for change in self {
            switch (change.place, change.aspect) {
            case (.domain(let label), .vcpus): vcpus[label] = change
            case (.domain(let label), .handle): handles[label] = change
            case (.settings, .coverage): coverage = change
            case (.nextInit, .path), (.nextInit, .presence): nextInit = change
            default: break
            }
        }
        return filter { change in
            switch (change.place, change.aspect) {
            case (.configuration(let label), .item(.vcpus, _)): vcpus[label]?.tellsNumbers(of: change) != true
            case (.configuration(let label), .item(.handle, _)): handles[label]?.tellsHandles(of: change) != true
            case (.domain, .coverage): coverage?.a != change.a || coverage?.b != change.b
            case (.settings, .handoffTarget): nextInit?.a != change.a || nextInit?.b != change.b
            default: true
            }
        }
    }
}

extension Change {
    fileprivate func tellsNumbers(of item: Change) -> Bool {
        func number(_ value: Value?) -> UInt64? {
            switch value {
            case .number(let number): number
            case .item(let item) where item.values.count == 1: item.values[0]
            default: nil
            }
        }
        return number(a) != nil && number(a) == number(item.a) && number(b) == number(item.b)
    }

    fileprivate func tellsHandles(of item: Change) -> Bool {
        func handle(_ value: Value?) -> DomainHandle? {
            switch value {
            case .handle(let handle): handle
            case .item(let item) where item.values.count == 2: DomainHandle(high: item.values[0], low: item.values[1])
            default: nil
            }
        }
        return handle(a) == handle(item.a) && handle(b) == handle(item.b)
    }
}

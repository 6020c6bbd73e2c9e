// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// The order in which a launch measures: identity, (unmeasured,) LCM, (next init,) domains, configuration.
struct RecordOrder {
    private var last = 0
    private var seen: Set<UInt16> = []
    private var domids: [DomainID] = []

    /// Why the event cannot stand here; `nil` if it can.
    mutating func problem(_ event: LaunchEvent) -> String? {
        let place = Self.place(event)
        defer { last = max(last, place) }
        if case .domain(let record) = event {
            guard seen.insert(record.domid.rawValue).inserted else {
                return "domain \(record.domid.rawValue) a second time"
            }
            domids.append(record.domid)
            return last <= place && last >= 3 ? nil : "\(event.kindName) out of its place"
        }
        guard place > last else { return "\(event.kindName) out of its place" }
        if case .configuration(let configuration) = event, configuration.domains.map({ $0.domid }) != domids {
            return "the configuration is not of the domains that were measured"
        }
        return event.isFirst == (last == 0) ? nil : "\(event.kindName) where identity comes first"
    }

    /// What a log has to have before its cap.
    var missingAtCap: String? {
        if last < 1 { return "the identity" }
        if last < 3 { return "the LCM" }
        return last < 6 ? "the configuration" : nil
    }

    private static func place(_ event: LaunchEvent) -> Int {
        switch event {
        case .identity: 1
        case .unmeasured: 2
        case .module: 3
        case .nextInit: 4
        case .domain: 5
        case .configuration: 6
        case .cap, .error: 7
        }
    }
}

extension LaunchEvent {
    fileprivate var isFirst: Bool { if case .identity = self { true } else { false } }
}

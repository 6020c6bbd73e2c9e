// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// The order in which a launch measures: identity, (unmeasured,) LCM, (next init,) domains, configuration.
struct RecordOrder {
    private var last = 0
    private var hasModule = false
    /// By domid.
    private var seen = [Bool](repeating: false, count: Int(UInt16.max) + 1)
    private var domids: [DomainID] = []

    /// Why a domain's record cannot stand here; `nil` if it can.
    mutating func problem(domain domid: DomainID) -> LogReplay.Problem? {
        let before = last
        last = max(last, Self.domainPlace)
        guard !seen[Int(domid.rawValue)] else { return .secondDomain(domid) }
        seen[Int(domid.rawValue)] = true
        domids.append(domid)
        return (3...Self.domainPlace).contains(before) ? nil : .text("domain out of its place")
    }

    /// Why another event cannot stand here; `nil` if it can.
    mutating func problem(_ event: LaunchEvent) -> LogReplay.Problem? {
        let place = Self.place(event)
        defer { last = max(last, place) }
        if case .lcm = event { hasModule = true }
        guard place > last else { return .text("\(event.kindName) out of its place") }
        // The cap could not tell that it is missing: what comes after it does not stand for it.
        guard hasModule || place <= Self.modulePlace else { return .text("\(event.kindName), and the LCM is missing") }
        if case .configuration(let configuration) = event, configuration.domains.map({ $0.domid }) != domids {
            return .text("the configuration is not of the domains that were measured")
        }
        return event.isFirst == (last == 0) ? nil : .text("\(event.kindName) where identity comes first")
    }

    /// What a log has to have before its cap.
    var missingAtCap: String? {
        if last < 1 { return "the identity" }
        if last < 3 { return "the LCM" }
        return last < 6 ? "the configuration" : nil
    }

    private static let modulePlace = 3
    private static let domainPlace = 5

    private static func place(_ event: LaunchEvent) -> Int {
        switch event {
        case .identity: 1
        case .unmeasured: 2
        case .lcm: modulePlace
        case .nextInit: 4
        case .domain: domainPlace
        case .configuration: 6
        case .cap, .error: 7
        }
    }
}

extension LaunchEvent {
    fileprivate var isFirst: Bool { if case .identity = self { true } else { false } }
}

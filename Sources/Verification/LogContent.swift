// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform

/// What a log's records say, by their kind: read once.
struct LogContent: Sendable {
    private(set) var identity: LaunchEvent.Identity?
    /// SHA-256 of the LCM.
    private(set) var lcm: Digest?
    private(set) var configuration: LaunchEvent.Configuration?
    /// In the order of their records.
    private(set) var domains: [(record: LaunchEvent.DomainRecord, number: Int)] = []
    /// What the first error says.
    private(set) var error: [UInt8]?

    init(_ log: EventLogReader) {
        for (index, record) in log.records.enumerated() {
            guard case .event(let event, _) = record.content else { continue }
            switch event {
            case .identity(let value): identity = identity ?? value
            case .lcm(_, let digest): lcm = lcm ?? digest
            case .configuration(let value): configuration = configuration ?? value
            case .domain(let value): domains.append((record: value, number: index))
            case .error(_, _, let text): error = error ?? text
            case .nextInit, .cap, .unmeasured: continue
            }
        }
    }
}

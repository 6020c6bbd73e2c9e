// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchEvent {
    /// The tag id of DomB's EV_EVENT_TAG records, drawn at random.
    public static let tag: UInt32 = 0x6D0B_21A7
    /// Stands for "no domain" where a domid is optional: beyond every 16-bit domid.
    public static let noDomain: UInt32 = 0xFFFF_FFFF

    /// The event data of an EV_EVENT_TAG record: tag, length of the body, body. One encoding for each value.
    public func encoded(sequence: UInt32) -> [UInt8] {
        var data: [UInt8] = []
        // A domain's record takes some hundred bytes.
        data.reserveCapacity(512)
        data.append(word: Self.tag)
        // The length, which is known at the end.
        data.append(word: 0)
        data.append(littleEndian: UInt64(kind), byteCount: 2)
        data.append(littleEndian: 0, byteCount: 2)
        data.append(word: sequence)
        appendFields(to: &data)
        let bodyCount = data.count - 8
        for index in 0..<4 { data[4 + index] = UInt8(truncatingIfNeeded: bodyCount >> (8 * index)) }
        return data
    }

    private func appendFields(to body: inout [UInt8]) {
        switch self {
        case .identity(let identity): identity.append(to: &body)
        case .module(let byteCount, let digest):
            body.append(long: byteCount)
            body.append(digest)
        case .nextInit(let path, let byteCount, let digest):
            body.append(counted: path)
            body.append(long: byteCount)
            body.append(digest)
        case .domain(let record): record.append(to: &body)
        case .cap(let records, let digest):
            body.append(word: records)
            body.append(digest)
        case .error(let stage, let domid, let text):
            body.append(word: UInt32(stage))
            body.append(word: domid.map { UInt32($0.rawValue) } ?? Self.noDomain)
            body.append(counted: text)
        case .unmeasured(let policy): body.append(word: UInt32(policy.rawValue))
        case .configuration(let configuration): configuration.append(to: &body)
        }
    }
}

extension LaunchEvent.Identity {
    fileprivate func append(to body: inout [UInt8]) {
        for field in [buildID, commandLine, xenVersion, xenBuildID, xenCommandLine] { body.append(counted: field) }
        body.append(word: securityMode.rawValue)
    }
}

extension LaunchEvent.DomainRecord {
    fileprivate func append(to body: inout [UInt8]) {
        body.append(word: UInt32(domid.rawValue))
        body.append(counted: name)
        body.append(contentsOf: handle.bytes)
        body.append(word: roles.rawValue)
        body.append(word: UInt32(coverage.rawValue))
        body.append(word: vcpus)
        body.append(long: entry)
        body.append(registers)
        body.append(counted: commandLine)
        body.append(word: UInt32(regions.count))
        for region in regions {
            body.append(word: region.role.rawValue)
            body.append(word: UInt32(region.segments.count))
            for segment in region.segments { body.append(segment) }
            body.append(region.digest)
        }
        body.append(word: logRegion == nil ? 0 : 1)
        if let logRegion {
            body.append(word: RegionRole.log.rawValue)
            body.append(logRegion)
        }
        body.append(long: pageCount)
    }
}

extension LaunchEvent.Configuration {
    fileprivate func append(to body: inout [UInt8]) {
        body.append(word: UInt32(tpmPolicy.rawValue))
        body.append(word: UInt32(coverage.rawValue))
        body.append(word: UInt32(handoff.rawValue))
        body.append(counted: handoffTarget)
        body.append(word: UInt32(domains.count))
        for domain in domains {
            body.append(word: UInt32(domain.domid.rawValue))
            body.append(long: domain.memory)
            body.append(word: UInt32(domain.dependencies.count))
            for dependency in domain.dependencies { body.append(word: UInt32(dependency.rawValue)) }
            body.append(word: UInt32(domain.items.count))
            for item in domain.items {
                body.append(word: item.kind.rawValue)
                body.append(word: UInt32(item.values.count))
                for value in item.values { body.append(long: value) }
            }
        }
    }
}

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
        var body: [UInt8] = []
        body.append(littleEndian: UInt64(kind), byteCount: 2)
        body.append(littleEndian: 0, byteCount: 2)
        body.append(word: sequence)
        appendFields(to: &body)
        var data: [UInt8] = []
        data.append(word: Self.tag)
        data.append(counted: body)
        return data
    }

    private func appendFields(to body: inout [UInt8]) {
        switch self {
        case .identity(let identity): identity.append(to: &body)
        case .lcm(let byteCount, let digest):
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

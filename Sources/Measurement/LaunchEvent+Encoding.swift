// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchEvent {
    /// The tag id of DomB's EV_EVENT_TAG records, drawn at random.
    public static let tag: UInt32 = 0x6D0B_21A7
    /// Stands for "no domain" where a domid is optional: beyond every 16-bit domid.
    static let noDomain: UInt32 = 0xFFFF_FFFF

    /// The event data of an EV_EVENT_TAG record: tag, length of the body, body. One encoding for each value.
    public func encoded(sequence: UInt32) -> [UInt8] {
        var body: [UInt8] = []
        body.append(littleEndian: UInt64(kind), byteCount: 2)
        body.append(littleEndian: 0, byteCount: 2)
        body.append(littleEndian: UInt64(sequence), byteCount: 4)
        appendFields(to: &body)
        var data: [UInt8] = []
        data.append(littleEndian: UInt64(Self.tag), byteCount: 4)
        data.append(littleEndian: UInt64(body.count), byteCount: 4)
        return data + body
    }

    private func appendFields(to body: inout [UInt8]) {
        switch self {
        case .identity(let identity):
            for field in [
                identity.buildID, identity.commandLine, identity.xenVersion, identity.xenBuildID,
                identity.xenCommandLine,
            ] { body.append(counted: field) }
        case .module(let byteCount, let digest):
            body.append(littleEndian: byteCount, byteCount: 8)
            body.append(digest)
        case .nextInit(let path, let byteCount, let digest):
            body.append(counted: path)
            body.append(littleEndian: byteCount, byteCount: 8)
            body.append(digest)
        case .domain(let record):
            record.append(to: &body)
        case .cap(let records, let digest):
            body.append(littleEndian: UInt64(records), byteCount: 4)
            body.append(digest)
        case .error(let record):
            body.append(littleEndian: UInt64(record.stage), byteCount: 4)
            let domid = record.domid.map { UInt32($0.rawValue) } ?? Self.noDomain
            body.append(littleEndian: UInt64(domid), byteCount: 4)
            body.append(counted: record.text)
        case .unmeasured(let policy):
            body.append(littleEndian: UInt64(policy.rawValue), byteCount: 4)
        }
    }
}

extension LaunchEvent.DomainRecord {
    fileprivate func append(to body: inout [UInt8]) {
        body.append(littleEndian: UInt64(domid.rawValue), byteCount: 4)
        body.append(counted: name)
        body.append(contentsOf: handle.bytes)
        body.append(littleEndian: UInt64(roles.rawValue), byteCount: 4)
        body.append(littleEndian: UInt64(coverage.rawValue), byteCount: 4)
        body.append(littleEndian: entry, byteCount: 8)
        body.append(counted: commandLine)
        body.append(littleEndian: UInt64(images.count), byteCount: 4)
        for image in images {
            body.append(littleEndian: UInt64(image.role.rawValue), byteCount: 4)
            body.append(littleEndian: UInt64(image.segments.count), byteCount: 4)
            for segment in image.segments {
                body.append(littleEndian: segment.address, byteCount: 8)
                body.append(littleEndian: segment.byteCount, byteCount: 8)
            }
            body.append(image.digest)
        }
    }
}

extension [UInt8] {
    /// A count of four bytes, then the bytes.
    fileprivate mutating func append(counted field: [UInt8]) {
        append(littleEndian: UInt64(field.count), byteCount: 4)
        append(contentsOf: field)
    }

    /// The TPM_ALG_ID in two bytes, then the digest, whose size the algorithm tells.
    fileprivate mutating func append(_ digest: Digest) {
        append(littleEndian: UInt64(digest.algorithm.rawValue), byteCount: 2)
        append(contentsOf: digest.bytes)
    }
}

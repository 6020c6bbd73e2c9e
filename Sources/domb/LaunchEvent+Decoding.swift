// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension LaunchEvent {
    /// Reads the event data of an EV_EVENT_TAG record: what `encoded(sequence:)` wrote, and nothing else.
    static func decode(_ data: [UInt8], at place: Int) throws(LogError) -> (event: LaunchEvent, sequence: UInt32) {
        do throws(LogError) {
            var cursor = LogCursor(data)
            guard try cursor.read32() == tag else { throw LogError(.foreignTag, at: 0) }
            guard Int(try cursor.read32()) == cursor.remaining else { throw LogError(.badLength, at: 4) }
            let kind = try cursor.read16()
            guard try cursor.read16() == 0 else { throw LogError(.badField, at: 10) }
            let sequence = try cursor.read32()
            let event = try LaunchEvent(kind: kind, &cursor)
            try cursor.finish()
            guard event.encoded(sequence: sequence) == data else { throw LogError(.notCanonical, at: 0) }
            return (event, sequence)
        } catch {
            throw LogError(error.code, at: place + error.offset)
        }
    }

    private init(kind: UInt16, _ cursor: inout LogCursor) throws(LogError) {
        switch kind {
        case 1:
            self = .identity(
                Identity(
                    buildID: try cursor.readCounted(), commandLine: try cursor.readCounted(),
                    xenVersion: try cursor.readCounted(), xenBuildID: try cursor.readCounted(),
                    xenCommandLine: try cursor.readCounted()))
        case 2: self = .module(byteCount: try cursor.read64(), digest: try cursor.readDigest())
        case 3:
            self = .nextInit(
                path: try cursor.readCounted(), byteCount: try cursor.read64(), digest: try cursor.readDigest())
        case 4: self = .domain(try DomainRecord(&cursor))
        case 5: self = .cap(records: try cursor.read32(), digest: try cursor.readDigest())
        case 6: self = .error(try ErrorRecord(&cursor))
        case 7:
            let policy = try cursor.read { (raw) in TPMPolicy(rawValue: UInt8(exactly: raw) ?? .max) }
            self = .unmeasured(policy)
        default: throw LogError(.unknownKind, at: 8)
        }
    }

    /// The words of the JSON schema.
    var kindName: String {
        switch self {
        case .identity: "identity"
        case .module: "lcm"
        case .nextInit: "next-init"
        case .domain: "domain"
        case .cap: "cap"
        case .error: "error"
        case .unmeasured: "unmeasured"
        }
    }
}

extension LogCursor {
    /// A field of four bytes that `convert` knows.
    fileprivate mutating func read<Value>(_ convert: (UInt32) -> Value?) throws(LogError) -> Value {
        let place = offset
        guard let value = convert(try read32()) else { throw LogError(.badField, at: place) }
        return value
    }

    fileprivate mutating func readDomid() throws(LogError) -> DomainID {
        try read { UInt16(exactly: $0).flatMap { DomainID(rawValue: $0) } }
    }
}

extension LaunchEvent.DomainRecord {
    fileprivate init(_ cursor: inout LogCursor) throws(LogError) {
        let domid = try cursor.readDomid()
        let name = try cursor.readCounted()
        guard let handle = DomainHandle(bytes: try cursor.read(DomainHandle.byteCount)) else {
            throw LogError(.badField, at: cursor.offset)
        }
        self.init(
            domid: domid, name: name, handle: handle,
            roles: try cursor.read { $0 & ~DomainRoles.known == 0 ? DomainRoles(rawValue: $0) : nil },
            coverage: try cursor.read { UInt8(exactly: $0).flatMap { Coverage(rawValue: $0) } },
            entry: try cursor.read64(), commandLine: try cursor.readCounted(), images: [])
        let count = try cursor.read32()
        for _ in 0..<count { images.append(try MeasuredImage(&cursor)) }
    }
}

extension MeasuredImage {
    fileprivate init(_ cursor: inout LogCursor) throws(LogError) {
        let role = try cursor.read { UInt16(exactly: $0).flatMap { ImageRole(rawValue: $0) } }
        let count = try cursor.read32()
        var segments: [Segment] = []
        // A count that is not true ends at the end of the record.
        for _ in 0..<count {
            segments.append(Segment(address: try cursor.read64(), byteCount: try cursor.read64()))
        }
        self.init(role: role, segments: segments, digest: try cursor.readDigest())
    }
}

extension LaunchEvent.ErrorRecord {
    fileprivate init(_ cursor: inout LogCursor) throws(LogError) {
        let stage = try cursor.read { UInt8(exactly: $0) }
        let place = cursor.offset
        let raw = try cursor.read32()
        let domid = UInt16(exactly: raw).flatMap { DomainID(rawValue: $0) }
        guard domid != nil || raw == .max else { throw LogError(.badField, at: place) }
        self.init(stage: stage, domid: domid, text: try cursor.readCounted())
    }
}

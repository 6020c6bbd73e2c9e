// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension LaunchEvent {
    /// Reads the event data of an EV_EVENT_TAG record, which is all that the cursor has: what `encoded(sequence:)` wrote,
    /// and nothing else. With a cursor that keeps no content, texts, lists and digests are left out of the event.
    static func decode(_ cursor: inout LogCursor) throws(LogError) -> (event: LaunchEvent, sequence: UInt32) {
        let place = cursor.offset
        guard try cursor.read32() == tag else { throw LogError(.foreignTag, at: place) }
        guard Int(try cursor.read32()) == cursor.remaining else { throw LogError(.badLength, at: place + 4) }
        let kind = try cursor.read16()
        guard try cursor.read16() == 0 else { throw LogError(.badField, at: place + 10) }
        let sequence = try cursor.read32()
        let event = try LaunchEvent(kind: kind, at: place + 8, &cursor)
        try cursor.finish()
        return (event, sequence)
    }

    /// Whether the next event is a domain's, by its kind alone.
    static func isDomain(_ cursor: LogCursor) -> Bool {
        var cursor = cursor
        do throws(LogError) {
            _ = try cursor.pass(8)
            return try cursor.read16() == 4
        } catch {
            return false
        }
    }

    private init(kind: UInt16, at place: Int, _ cursor: inout LogCursor) throws(LogError) {
        switch kind {
        case 1: self = .identity(try Identity(.bootDomain, &cursor))
        case 2: self = .lcm(byteCount: try cursor.read64(), digest: try cursor.readContentDigest())
        case 3:
            self = .nextInit(
                path: try cursor.readCounted(), byteCount: try cursor.read64(), digest: try cursor.readContentDigest())
        case 4: self = .domain(try DomainRecord(&cursor))
        case 5: self = .cap(records: try cursor.read32(), digest: try cursor.readContentDigest())
        case 6: self = try ErrorRecord(&cursor).event
        case 7: self = .unmeasured(try cursor.readPolicy())
        case 8: self = .configuration(try Configuration(&cursor))
        case 9: self = .identity(try Identity(.command, &cursor))
        default: throw LogError(.unknownKind, at: place)
        }
    }

    /// The words of the JSON schema.
    public var kindName: String {
        switch self {
        case .identity(let identity): identity.launcher == .bootDomain ? "identity" : "command"
        case .lcm: "lcm"
        case .nextInit: "next-init"
        case .domain: "domain"
        case .cap: "cap"
        case .error: "error"
        case .unmeasured: "unmeasured"
        case .configuration: "configuration"
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

    /// As many elements as a count of four bytes says. A count that is not true ends at the end of the record.
    fileprivate mutating func readList<Element>(
        atMost limit: UInt32 = .max, _ element: (inout LogCursor) throws(LogError) -> Element
    ) throws(LogError) -> [Element] {
        let count = try read { $0 <= limit ? $0 : nil }
        var elements: [Element] = []
        for _ in 0..<count {
            let element = try element(&self)
            if keepsContent { elements.append(element) }
        }
        return elements
    }

    fileprivate mutating func readDomid() throws(LogError) -> DomainID {
        try read { UInt16(exactly: $0).flatMap { DomainID(rawValue: $0) } }
    }

    fileprivate mutating func readPolicy() throws(LogError) -> TPMPolicy {
        try read { UInt8(exactly: $0).flatMap { TPMPolicy(rawValue: $0) } }
    }

    fileprivate mutating func readCoverage() throws(LogError) -> Coverage {
        try read { UInt8(exactly: $0).flatMap { Coverage(rawValue: $0) } }
    }

    fileprivate mutating func readSegment() throws(LogError) -> Segment {
        Segment(address: try read64(), byteCount: try read64())
    }

    /// Content is hashed by SHA-256 and nothing else.
    fileprivate mutating func readContentDigest() throws(LogError) -> Digest {
        let place = offset
        let digest = try readDigest()
        guard digest.algorithm == .sha256 else { throw LogError(.badField, at: place) }
        return digest
    }
}

extension LaunchEvent.Identity {
    fileprivate init(_ launcher: Launcher, _ cursor: inout LogCursor) throws(LogError) {
        self.init(
            launcher: launcher, buildID: try cursor.readCounted(), commandLine: try cursor.readCounted(),
            xenVersion: try cursor.readCounted(), xenBuildID: try cursor.readCounted(),
            xenCommandLine: try cursor.readCounted(), securityMode: try cursor.read { SecurityMode(rawValue: $0) })
    }
}

extension LaunchEvent.DomainRecord {
    fileprivate init(_ cursor: inout LogCursor) throws(LogError) {
        let domid = try cursor.readDomid()
        let name = try cursor.readCounted()
        let handle = DomainHandle(bytes: try cursor.read(DomainHandle.byteCount)) ?? .unset
        self.init(
            domid: domid, name: name, handle: handle,
            roles: try cursor.read { $0 & ~DomainRoles.known == 0 ? DomainRoles(rawValue: $0) : nil },
            coverage: try cursor.readCoverage(), vcpus: try cursor.read32(), entry: try cursor.read64(),
            registers: try cursor.readContentDigest(), commandLine: try cursor.readCounted(),
            regions: try cursor.readList { (cursor) throws(LogError) in try MeasuredRegion(&cursor) },
            logRegion: try cursor.readList(atMost: 1) { (cursor) throws(LogError) in
                _ = try cursor.read { $0 == RegionRole.log.rawValue ? $0 : nil }
                return try cursor.readSegment()
            }.first, pageCount: try cursor.read64())
    }
}

extension RegionRole {
    /// Whether a record has regions of it: the others have a place of their own, or none.
    fileprivate var isRecorded: Bool {
        switch self {
        case .log, .commandLine, .ring: false
        case .kernel, .ramdisk, .deviceTree, .config, .startInfo, .memoryMap, .acpi, .identityPageTable, .consoleMark,
            .frameList, .pageTables:
            true
        }
    }
}

extension MeasuredRegion {
    fileprivate init(_ cursor: inout LogCursor) throws(LogError) {
        // A record has no digest of the others.
        let role = try cursor.read { RegionRole(rawValue: $0).flatMap { $0.isRecorded ? $0 : nil } }
        let segments = try cursor.readList { (cursor) throws(LogError) in try cursor.readSegment() }
        self.init(role: role, segments: segments, digest: try cursor.readContentDigest())
    }
}

extension LaunchEvent.Configuration {
    fileprivate init(_ cursor: inout LogCursor) throws(LogError) {
        self.init(
            tpmPolicy: try cursor.readPolicy(), coverage: try cursor.readCoverage(),
            handoff: try cursor.read { UInt8(exactly: $0).flatMap { HandoffKind(rawValue: $0) } },
            handoffTarget: try cursor.readCounted(),
            domains: try cursor.readList { (cursor) throws(LogError) in try Domain(&cursor) })
    }
}

extension LaunchEvent.Configuration.Domain {
    fileprivate init(_ cursor: inout LogCursor) throws(LogError) {
        self.init(
            domid: try cursor.readDomid(), memory: try cursor.read64(),
            dependencies: try cursor.readList { (cursor) throws(LogError) in try cursor.readDomid() },
            items: try cursor.readList { (cursor) throws(LogError) in
                ConfigurationItem(
                    try cursor.read { ConfigurationItem.Kind(rawValue: $0) },
                    // The longest is a cpupool: two numbers and a bitmap of cpus.
                    try cursor.readList(atMost: 2 + Limits.cpus / 64) { (cursor) throws(LogError) in
                        try cursor.read64()
                    })
            })
    }
}

extension LaunchEvent.ErrorRecord {
    fileprivate init(_ cursor: inout LogCursor) throws(LogError) {
        let stage = try cursor.read { UInt8(exactly: $0) }
        let place = cursor.offset
        let raw = try cursor.read32()
        let domid = UInt16(exactly: raw).flatMap { DomainID(rawValue: $0) }
        guard domid != nil || raw == LaunchEvent.noDomain else { throw LogError(.badField, at: place) }
        self.init(stage: stage, domid: domid, text: try cursor.readCounted())
    }
}

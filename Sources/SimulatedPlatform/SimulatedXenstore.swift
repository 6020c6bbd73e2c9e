// SPDX-License-Identifier: Apache-2.0

import Platform

/// A xenstored as a launch meets it: a tree, one transaction at a time, domains that it serves.
public struct SimulatedXenstore: Sendable {
    public struct Node: Equatable, Sendable {
        public var value: [UInt8]
        public var access: XenstoreAccess?
    }

    /// Whether anybody answers.
    public var isThere = true
    /// From which request on xenstored is silent, counted from 0 behind the connection.
    public var silentFrom: Int?
    var patience: UInt64 = 0
    var requests = 0
    public var nodes: [String: Node] = [:]
    public var introduced: [UInt16: UInt32] = [:]
    public var watched: Set<String> = []
    /// Transactions that somebody else's changes still foil.
    public var foiledTransactions = 0
    /// Paths that are written and not kept.
    public var forgotten: Set<String> = []
    var isOpen = false
    var transaction: [String: Node]?

    public init() {}

    /// As a domain writes.
    mutating func write(_ path: [UInt8], _ value: [UInt8]) {
        nodes[String(decoding: path, as: UTF8.self), default: Node(value: [])].value = value
    }

    public func value(_ path: String) -> String? { nodes[path].map { String(decoding: $0.value, as: UTF8.self) } }

    /// xenstored's is_valid_nodename: absolute, no empty names, no slash at the end, at most 3,072 bytes.
    static func isPossible(_ path: [UInt8]) -> Bool {
        let slash = UInt8(ascii: "/")
        guard path.first == slash, path.last != slash, path.count < 3072 else { return false }
        guard
            !path.split(separator: slash, omittingEmptySubsequences: false).dropFirst().contains(where: { $0.isEmpty })
        else { return false }
        return path.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: "-/_@".utf8.contains(byte)
            }
        }
    }
}

/// Xen: tools/xenstored/core.c and domain.c, common/event_channel.c, common/grant_table.c.
extension SimulatedHypervisor: Xenstore {
    private static let releaseDomain = "@releaseDomain"
    private static let notFound: Int32 = 2
    private static let badDescriptor: Int32 = 9
    private static let timedOut: Int32 = 110
    private static let refused: Int32 = 111

    public mutating func openXenstore(patience: UInt64) throws(HypercallError) {
        try call(.xenstoreOpen) { (xen) throws(HypercallError) in
            try xen.begin(.xenstoreOpen)
            xen.xenstore.patience = patience
            guard xen.xenstore.isThere else { throw HypercallError(.xenstoreOpen, code: Self.refused) }
            xen.xenstore.isOpen = true
        }
    }

    private mutating func request(_ operation: Platform.Operation, _ domid: DomainID? = nil) throws(HypercallError) {
        try begin(operation, domid)
        guard xenstore.isOpen else { throw HypercallError(operation, domid, code: Self.badDescriptor) }
        xenstore.requests += 1
        guard let silent = xenstore.silentFrom, xenstore.requests > silent else { return }
        clock.spend(xenstore.patience)
        // What libxenstore does with a connection whose reply it could not read.
        xenstore.isOpen = false
        throw HypercallError(operation, domid, code: Self.timedOut)
    }

    public mutating func isThere(
        _ path: [UInt8], _ value: [UInt8]?, of domid: DomainID
    ) throws(HypercallError) -> Bool {
        try call(.xenstoreRead, domid, detail: { .readiness($0) }) { (xen) throws(HypercallError) in
            let found = try xen.readNode(path)
            return found != nil && found == value ?? found
        }
    }

    public mutating func write(
        _ nodes: [XenstoreNode], of domid: DomainID, done: inout Int
    ) throws(HypercallError) {
        try call(.xenstoreWrite, domid, detail: { "\(nodes.count) nodes" }) { (xen) throws(HypercallError) in
            while done < nodes.count {
                try xen.writeNode(nodes[done])
                done += 1
            }
        }
    }

    public mutating func areKept(
        _ nodes: [XenstoreNode], of domid: DomainID, done: inout Int
    ) throws(HypercallError) -> Bool {
        try call(.xenstoreRead, domid, detail: { .kept($0, of: nodes) }) { (xen) throws(HypercallError) in
            while done < nodes.count {
                guard try xen.readNode(nodes[done].path) == nodes[done].value else { return false }
                done += 1
            }
            return true
        }
    }

    private mutating func readNode(_ path: [UInt8]) throws(HypercallError) -> [UInt8]? {
        try request(.xenstoreRead)
        guard SimulatedXenstore.isPossible(path) else { throw HypercallError(.xenstoreRead, code: ErrorCode.invalid) }
        catchUp()
        return xenstore.nodes[String(decoding: path, as: UTF8.self)]?.value
    }

    public mutating func beginTransaction() throws(HypercallError) {
        try call(.transactionStart) { (xen) throws(HypercallError) in
            try xen.request(.transactionStart)
            guard xen.xenstore.transaction == nil else { throw HypercallError(.transactionStart, code: ErrorCode.busy) }
            xen.xenstore.transaction = xen.xenstore.nodes
        }
    }

    private mutating func writeNode(_ node: XenstoreNode) throws(HypercallError) {
        try request(.xenstoreWrite)
        guard SimulatedXenstore.isPossible(node.path) else {
            throw HypercallError(.xenstoreWrite, code: ErrorCode.invalid)
        }
        guard xenstore.transaction != nil else { throw HypercallError(.xenstoreWrite, code: Self.notFound) }
        let path = String(decoding: node.path, as: UTF8.self)
        if xenstore.forgotten.contains(path) { return }
        let parent = path.lastIndex(of: "/").flatMap { xenstore.transaction?[String(path[..<$0])]?.access }
        let access = node.access ?? xenstore.transaction?[path]?.access ?? parent
        xenstore.transaction?[path] = SimulatedXenstore.Node(value: node.value, access: access)
    }

    public mutating func endTransaction(abort: Bool) throws(HypercallError) -> Bool {
        try call(.transactionEnd) { (xen) throws(HypercallError) in
            try xen.request(.transactionEnd)
            guard let transaction = xen.xenstore.transaction else {
                throw HypercallError(.transactionEnd, code: Self.notFound)
            }
            xen.xenstore.transaction = nil
            if abort { return true }
            if xen.xenstore.foiledTransactions > 0 {
                xen.xenstore.foiledTransactions -= 1
                return false
            }
            xen.xenstore.nodes = transaction
            return true
        }
    }

    /// do_introduce maps the ring by its grant and binds the domain's channel.
    public mutating func introduce(_ domid: DomainID, frame: UInt64, port: UInt32) throws(HypercallError) {
        try call(.introduce, domid) { (xen) throws(HypercallError) in
            try xen.request(.introduce, domid)
            guard let domain = xen.domainsByID[domid.rawValue], let grant = domain.grants[.xenstore],
                grant.grantee == xen.xenstoreDomain,
                domain.memory.exists(
                    UInt64(grant.frame) * SimulatedMemory.pageSize, byteCount: SimulatedMemory.pageSize)
            else { throw HypercallError(.introduce, domid, code: ErrorCode.invalid) }
            guard domain.channels[port] == xen.xenstoreDomain else {
                throw HypercallError(.introduce, domid, code: ErrorCode.invalid)
            }
            xen.change(domid) { $0.channels[port] = .some(nil) }
            if !xen.isIgnored { xen.xenstore.introduced[domid.rawValue] = port }
        }
    }

    public mutating func isIntroduced(_ domid: DomainID) throws(HypercallError) -> Bool {
        try call(.isIntroduced, domid) { (xen) throws(HypercallError) in
            try xen.request(.isIntroduced, domid)
            return xen.xenstore.introduced[domid.rawValue] != nil
        }
    }

    public mutating func watchNode(_ path: [UInt8]) throws(HypercallError) {
        try call(.xenstoreWatch) { (xen) throws(HypercallError) in
            try xen.request(.xenstoreWatch)
            let path = String(decoding: path, as: UTF8.self)
            guard path == Self.releaseDomain || SimulatedXenstore.isPossible(Array(path.utf8)) else {
                throw HypercallError(.xenstoreWatch, code: ErrorCode.invalid)
            }
            xen.xenstore.watched.insert(path)
        }
    }

    public mutating func waitForXenstore(microseconds: UInt64) throws(HypercallError) -> Bool {
        try call(.xenstoreWait) { (xen) throws(HypercallError) in
            try xen.request(.xenstoreWait)
            let (watched, tellsOfEnds) = (xen.xenstore.watched, xen.xenstore.watched.contains(Self.releaseDomain))
            return xen.pass(atMost: microseconds) { act in
                if case .write(let path, _) = act {
                    watched.contains(String(decoding: path, as: UTF8.self))
                } else {
                    tellsOfEnds
                }
            }
        }
    }

    mutating func seedGrant(_ domid: DomainID, _ grant: ReservedGrant) throws(HypercallError) {
        _ = try domain(.grantWrite, domid)
        change(domid) { $0.grants[grant.reference] = grant }
    }

    public mutating func seededGrant(
        _ domid: DomainID, _ reference: ReservedGrant.Reference
    ) throws(HypercallError) -> ReservedGrant? {
        try call(.grantRead, domid) { (xen) throws(HypercallError) in
            try xen.domain(.grantRead, domid).grants[reference]
        }
    }

    /// Where xenstored runs: the boot domain.
    private var xenstoreDomain: DomainID? { DomainID(rawValue: 0) }
}

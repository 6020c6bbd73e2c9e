// SPDX-License-Identifier: Apache-2.0

import Platform

/// A xenstored as a launch meets it: a tree, one transaction at a time, domains that it serves.
public struct SimulatedStore: Sendable {
    public struct Node: Equatable, Sendable {
        public var value: [UInt8]
        public var access: StoreAccess?
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

    public mutating func openStore(patience: UInt64) throws(HypercallError) {
        try call(.storeOpen) { (xen) throws(HypercallError) in
            try xen.begin(.storeOpen)
            xen.store.patience = patience
            guard xen.store.isThere else { throw HypercallError(.storeOpen, code: Self.refused) }
            xen.store.isOpen = true
        }
    }

    private mutating func request(_ operation: Platform.Operation, _ domid: DomainID? = nil) throws(HypercallError) {
        try begin(operation, domid)
        guard store.isOpen else { throw HypercallError(operation, domid, code: Self.badDescriptor) }
        store.requests += 1
        guard let silent = store.silentFrom, store.requests > silent else { return }
        clock.spend(store.patience)
        // What libxenstore does with a connection whose reply it could not read.
        store.isOpen = false
        throw HypercallError(operation, domid, code: Self.timedOut)
    }

    public mutating func isThere(
        _ path: [UInt8], _ value: [UInt8]?, of domid: DomainID
    ) throws(HypercallError) -> Bool {
        try call(.storeRead, domid, detail: { .readiness($0) }) { (xen) throws(HypercallError) in
            let found = try xen.readNode(path)
            return found != nil && found == value ?? found
        }
    }

    public mutating func write(
        _ nodes: [StoreNode], of domid: DomainID, done: inout Int
    ) throws(HypercallError) {
        try call(.storeWrite, domid, detail: { "\(nodes.count) nodes" }) { (xen) throws(HypercallError) in
            while done < nodes.count {
                try xen.writeNode(nodes[done])
                done += 1
            }
        }
    }

    public mutating func areKept(
        _ nodes: [StoreNode], of domid: DomainID, done: inout Int
    ) throws(HypercallError) -> Bool {
        try call(.storeRead, domid, detail: { .kept($0, of: nodes) }) { (xen) throws(HypercallError) in
            while done < nodes.count {
                guard try xen.readNode(nodes[done].path) == nodes[done].value else { return false }
                done += 1
            }
            return true
        }
    }

    private mutating func readNode(_ path: [UInt8]) throws(HypercallError) -> [UInt8]? {
        try request(.storeRead)
        guard SimulatedStore.isPossible(path) else { throw HypercallError(.storeRead, code: ErrorCode.invalid) }
        catchUp()
        return store.nodes[String(decoding: path, as: UTF8.self)]?.value
    }

    public mutating func beginTransaction() throws(HypercallError) {
        try call(.transactionStart) { (xen) throws(HypercallError) in
            try xen.request(.transactionStart)
            guard xen.store.transaction == nil else { throw HypercallError(.transactionStart, code: ErrorCode.busy) }
            xen.store.transaction = xen.store.nodes
        }
    }

    private mutating func writeNode(_ node: StoreNode) throws(HypercallError) {
        try request(.storeWrite)
        guard SimulatedStore.isPossible(node.path) else { throw HypercallError(.storeWrite, code: ErrorCode.invalid) }
        guard store.transaction != nil else { throw HypercallError(.storeWrite, code: Self.notFound) }
        let path = String(decoding: node.path, as: UTF8.self)
        if store.forgotten.contains(path) { return }
        let parent = path.lastIndex(of: "/").flatMap { store.transaction?[String(path[..<$0])]?.access }
        let access = node.access ?? store.transaction?[path]?.access ?? parent
        store.transaction?[path] = SimulatedStore.Node(value: node.value, access: access)
    }

    public mutating func endTransaction(abort: Bool) throws(HypercallError) -> Bool {
        try call(.transactionEnd) { (xen) throws(HypercallError) in
            try xen.request(.transactionEnd)
            guard let transaction = xen.store.transaction else {
                throw HypercallError(.transactionEnd, code: Self.notFound)
            }
            xen.store.transaction = nil
            if abort { return true }
            if xen.store.foiledTransactions > 0 {
                xen.store.foiledTransactions -= 1
                return false
            }
            xen.store.nodes = transaction
            return true
        }
    }

    /// do_introduce maps the ring by its grant and binds the domain's channel.
    public mutating func introduce(_ domid: DomainID, frame: UInt64, port: UInt32) throws(HypercallError) {
        try call(.introduce, domid) { (xen) throws(HypercallError) in
            try xen.request(.introduce, domid)
            guard let domain = xen.domainsByID[domid.rawValue], let grant = domain.grants[.store],
                grant.grantee == xen.storeDomain,
                domain.memory.exists(
                    UInt64(grant.frame) * SimulatedMemory.pageSize, byteCount: SimulatedMemory.pageSize)
            else { throw HypercallError(.introduce, domid, code: ErrorCode.invalid) }
            guard domain.channels[port] == xen.storeDomain else {
                throw HypercallError(.introduce, domid, code: ErrorCode.invalid)
            }
            xen.change(domid) { $0.channels[port] = .some(nil) }
            if !xen.isIgnored { xen.store.introduced[domid.rawValue] = port }
        }
    }

    public mutating func isIntroduced(_ domid: DomainID) throws(HypercallError) -> Bool {
        try call(.isIntroduced, domid) { (xen) throws(HypercallError) in
            try xen.request(.isIntroduced, domid)
            return xen.store.introduced[domid.rawValue] != nil
        }
    }

    public mutating func watchNode(_ path: [UInt8]) throws(HypercallError) {
        try call(.storeWatch) { (xen) throws(HypercallError) in
            try xen.request(.storeWatch)
            let path = String(decoding: path, as: UTF8.self)
            guard path == Self.releaseDomain || SimulatedStore.isPossible(Array(path.utf8)) else {
                throw HypercallError(.storeWatch, code: ErrorCode.invalid)
            }
            xen.store.watched.insert(path)
        }
    }

    public mutating func waitForStore(microseconds: UInt64) throws(HypercallError) -> Bool {
        try call(.storeWait) { (xen) throws(HypercallError) in
            try xen.request(.storeWait)
            let (watched, tellsOfEnds) = (xen.store.watched, xen.store.watched.contains(Self.releaseDomain))
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
    private var storeDomain: DomainID? { DomainID(rawValue: 0) }
}

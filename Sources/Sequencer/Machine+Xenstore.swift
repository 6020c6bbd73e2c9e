// SPDX-License-Identifier: Apache-2.0

import Platform

extension Machine: Xenstore where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    public mutating func openStore() throws(HypercallError) {
        try traced(.storeOpen) { (host) throws(HypercallError) in try host.openStore() }
    }

    public mutating func readNode(_ path: [UInt8]) throws(HypercallError) -> [UInt8]? {
        try traced(.storeRead) { (host) throws(HypercallError) in try host.readNode(path) }
    }

    public mutating func beginTransaction() throws(HypercallError) {
        try traced(.transactionStart) { (host) throws(HypercallError) in try host.beginTransaction() }
    }

    public mutating func writeNode(_ node: StoreNode) throws(HypercallError) {
        try traced(.storeWrite) { (host) throws(HypercallError) in try host.writeNode(node) }
    }

    public mutating func endTransaction(abort: Bool) throws(HypercallError) -> Bool {
        try traced(.transactionEnd) { (host) throws(HypercallError) in try host.endTransaction(abort: abort) }
    }

    public mutating func introduce(_ domid: DomainID, frame: UInt64, port: UInt32) throws(HypercallError) {
        try traced(.introduce, domid) { (host) throws(HypercallError) in
            try host.introduce(domid, frame: frame, port: port)
        }
    }

    public mutating func isIntroduced(_ domid: DomainID) throws(HypercallError) -> Bool {
        try traced(.isIntroduced, domid) { (host) throws(HypercallError) in try host.isIntroduced(domid) }
    }

    public mutating func watchNode(_ path: [UInt8]) throws(HypercallError) {
        try traced(.storeWatch) { (host) throws(HypercallError) in try host.watchNode(path) }
    }

    public mutating func waitForStore(microseconds: UInt64) throws(HypercallError) -> Bool {
        try traced(.storeWait) { (host) throws(HypercallError) in
            try host.waitForStore(microseconds: microseconds)
        }
    }

    public mutating func seedGrant(_ domid: DomainID, _ grant: ReservedGrant) throws(HypercallError) {
        try traced(.grantWrite, domid) { (host) throws(HypercallError) in try host.seedGrant(domid, grant) }
    }

    public mutating func seededGrant(
        _ domid: DomainID, _ reference: ReservedGrant.Reference
    ) throws(HypercallError) -> ReservedGrant? {
        try traced(.grantRead, domid) { (host) throws(HypercallError) in try host.seededGrant(domid, reference) }
    }
}

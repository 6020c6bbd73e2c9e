// SPDX-License-Identifier: Apache-2.0

import Platform

/// Requests to xenstore that are traced one by one; nodes are traced by the domain (Machine+Store).
extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    /// In microseconds. Under TCG xenstored answers within a second, also when it starts.
    static var storePatience: UInt64 { 20_000_000 }

    mutating func openStore() throws(HypercallError) {
        try traced(.storeOpen) { (host) throws(HypercallError) in
            try host.openStore(patience: Self.storePatience)
        }
    }

    mutating func beginTransaction() throws(HypercallError) {
        try traced(.transactionStart) { (host) throws(HypercallError) in try host.beginTransaction() }
    }

    mutating func endTransaction(abort: Bool) throws(HypercallError) -> Bool {
        try traced(.transactionEnd) { (host) throws(HypercallError) in try host.endTransaction(abort: abort) }
    }

    mutating func introduce(_ domid: DomainID, frame: UInt64, port: UInt32) throws(HypercallError) {
        try traced(.introduce, domid) { (host) throws(HypercallError) in
            try host.introduce(domid, frame: frame, port: port)
        }
    }

    mutating func isIntroduced(_ domid: DomainID) throws(HypercallError) -> Bool {
        try traced(.isIntroduced, domid) { (host) throws(HypercallError) in try host.isIntroduced(domid) }
    }

    mutating func watchNode(_ path: [UInt8]) throws(HypercallError) {
        try traced(.storeWatch) { (host) throws(HypercallError) in try host.watchNode(path) }
    }

    mutating func waitForStore(microseconds: UInt64) throws(HypercallError) -> Bool {
        try traced(.storeWait) { (host) throws(HypercallError) in
            try host.waitForStore(microseconds: microseconds)
        }
    }
}

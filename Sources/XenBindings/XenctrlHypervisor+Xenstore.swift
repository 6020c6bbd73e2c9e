// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor: Xenstore {
    public mutating func openStore() throws(HypercallError) {
        // Safety: the handle is open.
        try check(.storeOpen, nil, unsafe domb_xs_open(handle))
    }

    public mutating func readNode(_ path: [UInt8]) throws(HypercallError) -> [UInt8]? {
        let capacity = 4096
        var length: Int64 = 0
        let handle = unsafe handle
        let path = Self.terminated(path)
        let value = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            // Safety: the path lives through the call and ends in zero; the shim writes at most `capacity` bytes and
            // says how many.
            length = unsafe path.withUnsafeBufferPointer {
                unsafe domb_xs_read(handle, $0.baseAddress, buffer.baseAddress, capacity)
            }
            count = max(0, Int(length))
        }
        // ENOENT
        if length == -2 { return nil }
        _ = try self.value(.storeRead, nil, length)
        return value
    }

    public mutating func beginTransaction() throws(HypercallError) {
        // Safety: the handle is open.
        try check(.transactionStart, nil, unsafe domb_xs_transaction_start(handle))
    }

    public mutating func writeNode(_ node: StoreNode) throws(HypercallError) {
        let path = Self.terminated(node.path)
        // Safety: path and value live through the call, the path ends in zero, and the value has the count given.
        let written = unsafe path.withUnsafeBufferPointer { path in
            unsafe node.value.withUnsafeBytes { value in
                unsafe domb_xs_write(handle, path.baseAddress, value.baseAddress, value.count)
            }
        }
        try check(.storeWrite, nil, written)
        guard let access = node.access else { return }
        let domids = ([access.owner] + access.readers).map { $0.rawValue }
        // Safety: as above.
        let set = unsafe path.withUnsafeBufferPointer { path in
            unsafe domids.withUnsafeBufferPointer { domids in
                unsafe domb_xs_set_permissions(handle, path.baseAddress, domids.baseAddress, domids.count)
            }
        }
        try check(.storeWrite, nil, set)
    }

    public mutating func endTransaction(abort: Bool) throws(HypercallError) -> Bool {
        // Safety: the handle is open.
        let result = unsafe domb_xs_transaction_end(handle, abort ? 1 : 0)
        try check(.transactionEnd, nil, result)
        return result != 0
    }

    public mutating func introduce(_ domid: DomainID, frame: UInt64, port: UInt32) throws(HypercallError) {
        // Safety: the handle is open.
        try check(.introduce, domid, unsafe domb_xs_introduce_domain(handle, UInt32(domid.rawValue), frame, port))
    }

    public mutating func isIntroduced(_ domid: DomainID) throws(HypercallError) -> Bool {
        // Safety: the handle is open.
        let result = unsafe domb_xs_is_domain_introduced(handle, UInt32(domid.rawValue))
        try check(.isIntroduced, domid, result)
        return result != 0
    }

    public mutating func watchNode(_ path: [UInt8]) throws(HypercallError) {
        // Safety: the path lives through the call and ends in zero.
        let result = unsafe Self.terminated(path).withUnsafeBufferPointer {
            unsafe domb_xs_watch(handle, $0.baseAddress)
        }
        try check(.storeWatch, nil, result)
    }

    public mutating func waitForStore(microseconds: UInt64) throws(HypercallError) -> Bool {
        let milliseconds = Int32(clamping: microseconds / 1000 + (microseconds % 1000 == 0 ? 0 : 1))
        // Safety: the handle is open.
        let result = unsafe domb_xs_wait(handle, milliseconds)
        try check(.storeWait, nil, result)
        return result != 0
    }

    public mutating func seedGrant(_ domid: DomainID, _ grant: ReservedGrant) throws(HypercallError) {
        let entry = domb_grant(frame: grant.frame, domid: grant.grantee.rawValue, permits: 1)
        // Safety: the handle is open.
        let result = unsafe domb_grant_write(handle, UInt32(domid.rawValue), grant.reference.rawValue, entry)
        try check(.grantWrite, domid, result)
    }

    public mutating func seededGrant(
        _ domid: DomainID, _ reference: ReservedGrant.Reference
    ) throws(HypercallError) -> ReservedGrant? {
        var entry = domb_grant()
        // Safety: the handle is open, and the shim fills the entry.
        let result = unsafe domb_grant_read(handle, UInt32(domid.rawValue), reference.rawValue, &entry)
        try check(.grantRead, domid, result)
        guard entry.permits != 0, let grantee = DomainID(rawValue: entry.domid) else { return nil }
        return ReservedGrant(reference, frame: entry.frame, grantee: grantee)
    }

    private static func terminated(_ text: [UInt8]) -> [CChar] { text.map { CChar(bitPattern: $0) } + [0] }
}

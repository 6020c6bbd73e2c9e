// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor: Xenstore {
    public mutating func openXenstore(patience: UInt64) throws(HypercallError) {
        try call(.xenstoreOpen) { (xen) throws(HypercallError) in
            xen.xenstorePatience = patience
            // Safety: the handle is this value's. It is through xenstored's socket, or by the kernel's.
            if unsafe xen.xenstore == nil { unsafe xen.xenstore = domb_xs_open(patience, &xen.xenstoreSocket) }
            try xen.done(.xenstoreOpen, nil, unsafe xen.xenstore != nil)
        }
    }

    public mutating func isThere(
        _ path: [UInt8], _ value: [UInt8]?, of domid: DomainID
    ) throws(HypercallError) -> Bool {
        try call(.xenstoreRead, domid, detail: { .readiness($0) }) { (xen) throws(HypercallError) in
            let found = try xen.readNode(path)
            return found != nil && found == value ?? found
        }
    }

    public mutating func beginTransaction() throws(HypercallError) {
        try call(.transactionStart) { (xen) throws(HypercallError) in
            // EBUSY: one at a time. What is written and read after it belongs to it.
            guard xen.transaction == 0 else { throw HypercallError(.transactionStart, code: 16) }
            // Safety: the handle is open.
            xen.transaction = unsafe xs_transaction_start(xen.xenstore)
            try xen.done(.transactionStart, nil, xen.transaction != 0)
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

    public mutating func endTransaction(abort: Bool) throws(HypercallError) -> Bool {
        try call(.transactionEnd) { (xen) throws(HypercallError) in
            let ended = xen.transaction
            xen.transaction = 0
            // Safety: the handle is open.
            let isDone = unsafe xs_transaction_end(xen.xenstore, ended, abort)
            if isDone { return true }
            let code = xen.xenstoreError(xen.xenstoreSocket)
            // EAGAIN: others were quicker.
            if code == 11 { return false }
            throw HypercallError(.transactionEnd, code: code)
        }
    }

    public mutating func introduce(_ domid: DomainID, frame: UInt64, port: UInt32) throws(HypercallError) {
        try call(.introduce, domid) { (xen) throws(HypercallError) in
            // Safety: the handle is open.
            try xen.done(.introduce, domid, unsafe xs_introduce_domain(xen.xenstore, domid.number, UInt(frame), port))
        }
    }

    public mutating func isIntroduced(_ domid: DomainID) throws(HypercallError) -> Bool {
        try call(.isIntroduced, domid) { (xen) throws(HypercallError) in
            // Safety: the handle is open.
            if unsafe xs_is_domain_introduced(xen.xenstore, domid.number) { return true }
            // Its failure is a "no" as well.
            guard xen.xenstoreSocket < 0 || domb_is_socket(xen.xenstoreSocket) != 0 else {
                throw HypercallError(.isIntroduced, domid, code: xen.xenstoreError(xen.xenstoreSocket))
            }
            return false
        }
    }

    public mutating func watchNode(_ path: [UInt8]) throws(HypercallError) {
        try call(.xenstoreWatch) { (xen) throws(HypercallError) in
            // Safety: the handle is this value's.
            if unsafe xen.watches == nil { unsafe xen.watches = domb_xs_open(xen.xenstorePatience, &xen.watchSocket) }
            try xen.watched(unsafe xen.watches != nil)
            // Safety: path and token end in zero and live through the call.
            try xen.watched(unsafe xs_watch(xen.watches, path + [0], "domb"))
            // Every watch fires once at its beginning, and the next request must not meet that event.
            var count: UInt32 = 0
            // Safety: what is given back is ours.
            let event = unsafe xs_read_watch(xen.watches, &count)
            unsafe free(event)
            try xen.watched(unsafe event != nil)
        }
    }

    public mutating func waitForXenstore(microseconds: UInt64) throws(HypercallError) -> Bool {
        try call(.xenstoreWait) { (xen) throws(HypercallError) in try xen.waitForWatch(microseconds) }
    }
}

extension XenHandles {
    /// How often `waitForWatch` looks, in nanoseconds.
    private static let pause: Int = 10_000_000

    fileprivate func readNode(_ path: [UInt8]) throws(HypercallError) -> [UInt8]? {
        var length: UInt32 = 0
        // Safety: the path ends in zero and lives through the call; what is given back is ours and has the length told.
        guard let value = unsafe xs_read(xenstore, transaction, path + [0], &length) else {
            let code = xenstoreError(xenstoreSocket)
            // ENOENT
            if code == 2 { return nil }
            throw HypercallError(.xenstoreRead, code: code)
        }
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: value, count: Int(length)))
        unsafe free(value)
        return bytes
    }

    fileprivate func writeNode(_ node: XenstoreNode) throws(HypercallError) {
        let path = node.path + [0]
        // Safety: path and value live through the call, the path ends in zero, and the value has the count given.
        try done(
            .xenstoreWrite, nil, unsafe xs_write(xenstore, transaction, path, node.value, UInt32(node.value.count)))
        guard let access = node.access else { return }
        // The owner first, who may do everything; those after it may read, and nobody else may do anything.
        var permissions = [xs_permissions(id: access.owner.number, perms: UInt32(XS_PERM_NONE))]
        for reader in access.readers {
            permissions.append(xs_permissions(id: reader.number, perms: UInt32(XS_PERM_READ)))
        }
        let count = UInt32(permissions.count)
        // Safety: as above.
        try done(.xenstoreWrite, nil, unsafe xs_set_permissions(xenstore, transaction, path, &permissions, count))
    }

    fileprivate func waitForWatch(_ microseconds: UInt64) throws(HypercallError) -> Bool {
        // EBADF
        guard unsafe watches != nil else { throw HypercallError(.xenstoreWait, code: 9) }
        // xs_fileno's pipe is filled by the thread that is not there, and the socket itself is not to be had.
        var pause = timespec(tv_sec: 0, tv_nsec: Self.pause)
        var waited: UInt64 = 0
        var hasFired = false
        while true {
            // Safety: what is given back is ours.
            while let event = unsafe xs_check_watch(watches) {
                unsafe free(event)
                hasFired = true
            }
            // Anything but EAGAIN, "no more for now": xenstored is gone.
            guard domb_errno() == 11 else { throw HypercallError(.xenstoreWait, code: domb_errno()) }
            if hasFired || waited >= microseconds { return hasFired }
            // Safety: the structure is ours and lives through the call.
            unsafe nanosleep(&pause, nil)
            waited += 10_000
        }
    }

    fileprivate func done(_ operation: Operation, _ domid: DomainID?, _ isDone: Bool) throws(HypercallError) {
        if !isDone { throw HypercallError(operation, domid, code: xenstoreError(xenstoreSocket)) }
    }

    fileprivate func watched(_ isDone: Bool) throws(HypercallError) {
        if !isDone { throw HypercallError(.xenstoreWatch, code: xenstoreError(watchSocket)) }
    }

    /// EAGAIN is what xenstored says of a transaction that others foiled, and what Linux says of a socket on which nothing
    /// came in time. Only in the second case libxenstore has closed the socket: ETIMEDOUT.
    fileprivate func xenstoreError(_ socket: Int32) -> Int32 {
        let code = domb_errno()
        return code == 11 && socket >= 0 && domb_is_socket(socket) == 0 ? 110 : code
    }
}

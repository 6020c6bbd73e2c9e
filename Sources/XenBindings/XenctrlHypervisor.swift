// SPDX-License-Identifier: Apache-2.0

import CXenShim
import CryptoBindings
import Platform

/// Xen through libxenctrl, libxencall and libxenforeignmemory. Owns the handles.
@safe public struct XenctrlHypervisor: ~Copyable {
    // Safety: opened in init, closed in deinit, never handed out.
    let handle: OpaquePointer
    /// While images are measured.
    var hashWorkers: HashWorkers?

    /// The corresponding C functions are `xc_interface_open`, `xencall_open` and `xenforeignmemory_open`.
    public init() throws(SystemError) {
        var opened: OpaquePointer?
        // Safety: the shim sets the pointer if it returns zero.
        let result = unsafe domb_xen_open(&opened)
        guard result == 0, let opened = unsafe opened else { throw SystemError(.openPrivcmd, code: -result) }
        unsafe handle = opened
    }

    deinit {
        // Safety: the handle is this value's alone, and this is its end.
        unsafe domb_xen_close(handle)
    }

    /// Returns only if Xen refuses, and then by the error.
    public mutating func shutDownCaller(unpausing domids: [DomainID]) throws(HandoffRefusal) {
        let targets = domids.map { $0.rawValue }
        var results = [Int32](repeating: 0, count: domids.count)
        // Safety: the handle is open, and both arrays have the count given.
        let result = unsafe domb_shutdown_multicall(handle, targets, targets.count, &results)
        throw HandoffRefusal(
            HypercallError(.shutdown, code: -result),
            unpaused: zip(domids, results).filter { $0.1 == 0 }.map { $0.0 })
    }

    func check(_ operation: Operation, _ domid: DomainID?, _ result: Int32) throws(HypercallError) {
        guard result >= 0 else { throw HypercallError(operation, domid, code: -result) }
    }

    func value(_ operation: Operation, _ domid: DomainID?, _ result: Int64) throws(HypercallError) -> UInt64 {
        guard result >= 0 else { throw HypercallError(operation, domid, code: Int32(truncatingIfNeeded: -result)) }
        return UInt64(result)
    }
}

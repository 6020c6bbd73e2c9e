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

    /// Shuts the calling domain down. Returns only if Xen refuses.
    /// The corresponding hypercall is `SCHEDOP_shutdown` with `SHUTDOWN_poweroff`.
    public mutating func shutDownCaller() -> HypercallError {
        // Safety: the handle is open.
        HypercallError(.shutdown, code: -(unsafe domb_sched_shutdown(handle)))
    }

    func check(_ operation: Operation, _ domid: DomainID?, _ result: Int32) throws(HypercallError) {
        guard result >= 0 else { throw HypercallError(operation, domid, code: -result) }
    }

    func value(_ operation: Operation, _ domid: DomainID?, _ result: Int64) throws(HypercallError) -> UInt64 {
        guard result >= 0 else { throw HypercallError(operation, domid, code: Int32(truncatingIfNeeded: -result)) }
        return UInt64(result)
    }
}

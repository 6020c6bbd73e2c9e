// SPDX-License-Identifier: Apache-2.0

import CXenGuestShim
import LinuxBindings
import Platform
import XenAgreement

/// The open interface to Xen, closed with its owner. It has no way to unpause a domain.
@safe struct XenBuilder: ~Copyable {
    // Safety: made by domb_xen_open, valid until deinit, never given away.
    private let handle: OpaquePointer
    private let agreement: XenAgreement

    /// The corresponding C function is `xc_interface_open`.
    init() throws(SystemError) {
        agreement = XenAgreement()
        var opened: OpaquePointer?
        // Safety: the shim writes the handle only on success.
        let status = unsafe domb_xen_open(&opened)
        guard status == 0, let opened = unsafe opened else { throw SystemError(.openPrivcmd, code: -status) }
        unsafe handle = opened
    }

    // Safety: the owner is gone, so nobody uses the handle after.
    deinit { unsafe domb_xen_close(handle) }

    /// Throws where libxenguest and this Xen would not understand each other.
    borrowing func checkInterface() throws(OtherXen) { try agreement.check(for: .construct) }

    /// The corresponding C function is `xc_version` with XENVER_commandline.
    borrowing func commandLine() throws(HypercallError) -> [UInt8] {
        let capacity = 1024
        var status: Int64 = 0
        let handle = unsafe handle
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            // Safety: the shim writes at most `capacity` bytes and says how many.
            status = unsafe domb_xen_command_line(handle, buffer.baseAddress, capacity)
            count = max(0, Int(status))
        }
        guard status >= 0 else { throw HypercallError(.commandLine, code: Int32(-status)) }
        return bytes
    }

    /// Gives this domain another FLASK label, which it cannot give back. `isDemanded`: FLASK has to be there and to enforce;
    /// otherwise a Xen without FLASK, or a policy that does not know the label, is fine. Returns whether it was given.
    /// The corresponding C functions are `xc_flask_context_to_sid` and `xc_flask_relabel_domain` with DOMID_SELF.
    borrowing func relabelSelf(_ label: [UInt8], isDemanded: Bool) throws(HypercallError) -> Bool {
        let handle = unsafe handle
        let characters = label.map { CChar(bitPattern: $0) } + [0]
        // Safety: the array lives through the call and ends in zero.
        let status = unsafe characters.withUnsafeBufferPointer { unsafe domb_relabel_self(handle, $0.baseAddress) }
        guard status == 0 else {
            if !isDemanded, status == -Errno.noSystemCall.code || status == -Errno.invalid.code { return false }
            throw HypercallError(.relabelDomain, code: -status)
        }
        guard isDemanded else { return true }
        let enforces = unsafe domb_flask_enforces(handle)
        guard enforces == 1 else {
            throw HypercallError(.flaskEnforcing, code: enforces < 0 ? -enforces : Errno.notPermitted.code)
        }
        return true
    }

    /// What the libraries said about the current domain's error.
    private borrowing func message() -> [UInt8] {
        let capacity = 256
        let handle = unsafe handle
        return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            // Safety: the shim writes at most `capacity` bytes and says how many.
            count = unsafe domb_xen_message(handle, buffer.baseAddress, capacity)
        }
    }

    /// Builds one domain and leaves it paused, as its creation made it.
    borrowing func build(_ plan: DomainBuild) throws(BuildFailure) {
        do throws(StepFailure) {
            let guest = try unsafe GuestUnderConstruction(handle, plan)
            try guest.openImages(plan)
            if !plan.isPV { try guest.setACPI(plan.acpi) }
            try guest.create(plan)
            try guest.finish(plan)
        } catch {
            throw BuildFailure(
                domid: plan.domid, name: plan.name, isHardware: plan.isHardware, step: error.step, code: error.code,
                message: message())
        }
    }
}

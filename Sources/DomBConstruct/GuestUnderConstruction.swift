// SPDX-License-Identifier: Apache-2.0

import CXenGuestShim
import BuilderModel
import LaunchControl
import Platform

/// A step that failed, before it is known for which domain.
struct StepFailure: Error {
    let step: BuildFailure.Step
    let code: Int32
}

/// What libxenguest holds while it builds one domain; released with its owner. The domain itself stays.
@safe struct GuestUnderConstruction: ~Copyable {
    // Safety: made by domb_guest_begin, valid until deinit, never given away.
    private let guest: OpaquePointer

    /// Safety: `xen` has to be an open handle and to outlive this value.
    @unsafe init(_ xen: OpaquePointer, _ plan: DomainBuild) throws(StepFailure) {
        let shape = domb_shape(
            domid: UInt32(plan.domid.rawValue), vcpus: plan.vcpus, memory_kib: plan.memory, hardware: plan.isHardware,
            devices: plan.settings.has(.pci), pv: plan.isPV)
        var begun: OpaquePointer?
        // Safety: the string lives through the call, which copies it, and the shim writes the handle only on success.
        let status = unsafe plan.commandLine.withUnsafeBufferPointer {
            unsafe domb_guest_begin(xen, shape, $0.baseAddress, &begun)
        }
        guard status == 0, let begun = unsafe begun else { throw StepFailure(step: .begin, code: -status) }
        unsafe guest = begun
    }

    // Safety: the owner is gone, so nobody uses the handle after.
    deinit { unsafe domb_guest_end(guest) }

    borrowing func openImages(_ plan: DomainBuild) throws(StepFailure) {
        let guest = unsafe guest
        // Safety: the path lives through the call and ends in zero.
        let kernelStatus = unsafe plan.kernel.withUnsafeBufferPointer {
            unsafe domb_guest_open_kernel(guest, $0.baseAddress)
        }
        try check(.openKernel, kernelStatus)
        for module in plan.modules {
            // Safety: as above.
            let status = unsafe module.withUnsafeBufferPointer { unsafe domb_guest_add_module(guest, $0.baseAddress) }
            try check(.addModule, status)
        }
    }

    borrowing func setACPI(_ tables: GuestACPI) throws(StepFailure) {
        let guest = unsafe guest
        // Safety: the call copies exactly the array's count.
        let status = unsafe tables.bytes.withUnsafeBytes {
            unsafe domb_guest_set_acpi(guest, $0.baseAddress, $0.count, GuestACPI.address)
        }
        try check(.setACPI, status)
    }

    borrowing func create(_ plan: DomainBuild) throws(StepFailure) {
        // Safety: the handle is valid as long as this value lives, and a domain's has the 16 bytes that the call reads.
        var configuration = unsafe domb_guest_configuration(guest, plan.handle.bytes)
        for case .number(.maxGrantFrames, let frames) in plan.settings {
            configuration.max_grant_frames = Int32(clamping: frames)
        }
        try check(.create, unsafe domb_guest_create(guest, configuration))
    }

    /// Everything after the creation, in libxenguest's order.
    borrowing func finish(_ plan: DomainBuild) throws(StepFailure) {
        // Safety: the handle is valid as long as this value lives.
        try check(.setLimits, unsafe domb_guest_set_limits(guest))
        try check(.parseKernel, unsafe domb_guest_parse_kernel(guest))
        try check(.populate, unsafe domb_guest_populate(guest))
        try check(.load, unsafe domb_guest_load(guest))
        if !plan.isPV, !plan.settings.usesXenstore { try check(.removeXenstore, unsafe domb_guest_remove_store(guest)) }
    }

    private borrowing func check(_ step: BuildFailure.Step, _ status: Int32) throws(StepFailure) {
        guard status == 0 else { throw StepFailure(step: step, code: -status) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor {
    public mutating func permitPorts(_ domid: DomainID, _ ports: IOPortRange) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_domain_ioport_permission(handle, UInt32(domid.rawValue), ports.first, ports.count)
        try check(.permitPorts, domid, result)
    }

    public mutating func mapPorts(_ domid: DomainID, _ ports: IOPortRange) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_domain_ioport_mapping(handle, UInt32(domid.rawValue), ports.first, ports.count)
        try check(.mapPorts, domid, result)
    }

    public mutating func permitMemory(_ domid: DomainID, _ memory: IOMemoryRange) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_domain_iomem_permission(handle, UInt32(domid.rawValue), memory.host, memory.count)
        try check(.permitMemory, domid, result)
    }

    public mutating func mapMemory(_ domid: DomainID, _ memory: IOMemoryRange) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_domain_memory_mapping(
            handle, UInt32(domid.rawValue), memory.guest, memory.host, memory.count)
        try check(.mapMemory, domid, result)
    }

    public mutating func permitInterrupt(_ domid: DomainID, gsi: UInt32) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_domain_gsi_permission(handle, UInt32(domid.rawValue), gsi)
        try check(.permitInterrupt, domid, result)
    }

    public mutating func testAssign(_ domid: DomainID, _ device: PCIAddress) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_test_assign_device(handle, UInt32(domid.rawValue), device.rawValue)
        try check(.testAssignDevice, domid, result)
    }

    public mutating func assign(_ domid: DomainID, _ device: PCIAddress) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_assign_device(handle, UInt32(domid.rawValue), device.rawValue)
        try check(.assignDevice, domid, result)
    }

    public mutating func setTSCMode(_ domid: DomainID, _ mode: TSCMode) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_domain_set_tsc_mode(handle, UInt32(domid.rawValue), mode.rawValue)
        try check(.setTSCInfo, domid, result)
    }

    public mutating func tscMode(_ domid: DomainID) throws(HypercallError) -> TSCMode? {
        // Safety: the handle is open.
        let mode = try value(.getTSCInfo, domid, unsafe domb_xc_domain_get_tsc_mode(handle, UInt32(domid.rawValue)))
        return UInt32(exactly: mode).flatMap { TSCMode(rawValue: $0) }
    }

    public mutating func setParameter(_ domid: DomainID, _ setting: HVMSetting) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_hvm_param_set(
            handle, UInt32(domid.rawValue), setting.parameter.rawValue, setting.value)
        try check(.setParameter, domid, result)
    }

    public mutating func securityID(of context: [UInt8]) throws(HypercallError) -> UInt32 {
        // Safety: the array lives through the call and has the count given.
        let result = unsafe context.withUnsafeBufferPointer {
            unsafe domb_xc_flask_context_to_sid(handle, $0.baseAddress, $0.count)
        }
        return UInt32(truncatingIfNeeded: try value(.contextToSID, nil, result))
    }

    public mutating func relabel(_ domid: DomainID, securityID: UInt32) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_flask_relabel_domain(handle, UInt32(domid.rawValue), securityID)
        try check(.relabelDomain, domid, result)
    }
}

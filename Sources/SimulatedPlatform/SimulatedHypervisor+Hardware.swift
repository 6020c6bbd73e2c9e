// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What a domain is and has. Xen: common/domctl.c, arch/x86/domctl.c, arch/x86/hvm/hvm.c, arch/x86/time.c,
/// drivers/passthrough/pci.c, xsm/flask/flask_op.c.
extension SimulatedHypervisor {
    mutating func setMaxVCPUs(_ domid: DomainID, count: UInt32) throws(HypercallError) {
        let domain = try domain(.maxVCPUs, domid)
        guard count == domain.maxVCPUs else { throw HypercallError(.maxVCPUs, domid, code: ErrorCode.invalid) }
        change(domid) { $0.info.vcpus = count }
    }

    mutating func setMaxMemory(_ domid: DomainID, kibibytes: UInt64) throws(HypercallError) {
        _ = try domain(.setMaxMemory, domid)
        change(domid) { $0.info.maxPages = kibibytes / 4 }
    }

    mutating func setHandle(_ domid: DomainID, _ handle: DomainHandle) throws(HypercallError) {
        _ = try domain(.setHandle, domid)
        change(domid) { $0.info.handle = handle }
    }

    mutating func permitPorts(_ domid: DomainID, _ ports: IOPortRange) throws(HypercallError) {
        _ = try domain(.permitPorts, domid)
        try checkHeld(.permitPorts, domid, ports)
        change(domid) { $0.permittedPorts.append(ports) }
    }

    mutating func mapPorts(_ domid: DomainID, _ ports: IOPortRange) throws(HypercallError) {
        let domain = try domain(.mapPorts, domid)
        guard domain.pv == nil else { throw HypercallError(.mapPorts, domid, code: ErrorCode.notSupported) }
        try checkHeld(.mapPorts, domid, ports)
        change(domid) { $0.mappedPorts.append(ports) }
    }

    mutating func permitMemory(_ domid: DomainID, _ memory: IOMemoryRange) throws(HypercallError) {
        _ = try domain(.permitMemory, domid)
        try checkHeld(.permitMemory, domid, !withheldFrames.contains { $0.overlaps(memory.hostFrames) })
        change(domid) { $0.permittedMemory.append(memory) }
    }

    mutating func mapMemory(_ domid: DomainID, _ memory: IOMemoryRange) throws(HypercallError) {
        let domain = try domain(.mapMemory, domid)
        let isPermitted = domain.permittedMemory.contains { $0.hostFrames.contains(memory.hostFrames) }
        try checkHeld(
            .mapMemory, domid, isPermitted && !withheldFrames.contains { $0.overlaps(memory.hostFrames) })
        // A PV domain maps by its own page tables.
        change(domid) { if $0.pv == nil { $0.mappedMemory.append(memory) } }
    }

    mutating func permitInterrupt(_ domid: DomainID, gsi: UInt32) throws(HypercallError) {
        _ = try domain(.permitInterrupt, domid)
        // gsi_2_irq.
        guard gsi < interrupts else { throw HypercallError(.permitInterrupt, domid, code: ErrorCode.outOfRange) }
        try checkHeld(.permitInterrupt, domid, true)
        change(domid) { $0.interrupts.append(gsi) }
    }

    /// EPERM: the caller's own sets are empty once another domain is the hardware domain.
    private func checkHeld(_ operation: Operation, _ domid: DomainID, _ isThere: Bool) throws(HypercallError) {
        guard facts.callerIsHardwareDomain, isThere else {
            throw HypercallError(operation, domid, code: ErrorCode.notPermitted)
        }
    }

    private func checkHeld(_ operation: Operation, _ domid: DomainID, _ ports: IOPortRange) throws(HypercallError) {
        let range = ports.first..<(ports.first + ports.count)
        try checkHeld(operation, domid, !withheldPorts.contains { ($0.first..<($0.first + $0.count)).overlaps(range) })
    }

    mutating func setTSCMode(_ domid: DomainID, _ mode: TSCMode) throws(HypercallError) {
        _ = try domain(.setTSCInfo, domid)
        // Nobody's own: no domain_pause.
        try check(.setTSCInfo, domid, domid.rawValue != 0)
        change(domid) { $0.tscMode = mode }
    }

    public mutating func tscMode(_ domid: DomainID) throws(HypercallError) -> TSCMode? {
        try call(.getTSCInfo, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.getTSCInfo, domid)
            try xen.check(.getTSCInfo, domid, domid.rawValue != 0)
            return domain.tscMode
        }
    }

    mutating func setParameter(_ domid: DomainID, _ setting: HVMSetting) throws(HypercallError) {
        let domain = try domain(.setParameter, domid)
        try check(.setParameter, domid, domain.pv == nil)
        // hvm_set_param.
        let isChannel = setting.parameter == .xenstoreChannel || setting.parameter == .consoleChannel
        try check(.setParameter, domid, isChannel || setting.parameter.mayBe(setting.value))
        change(domid) { $0.parameters[setting.parameter] = setting.value }
    }

    public mutating func securityID(of context: [UInt8]) throws(HypercallError) -> UInt32 {
        try call(.contextToSID) { (xen) throws(HypercallError) in
            try xen.begin(.contextToSID)
            try xen.checkFLASK(.contextToSID, nil)
            guard let number = xen.labels[context] else { throw HypercallError(.contextToSID, code: ErrorCode.invalid) }
            return number
        }
    }

    mutating func relabel(_ domid: DomainID, securityID: UInt32) throws(HypercallError) {
        _ = try domain(.relabelDomain, domid)
        try checkFLASK(.relabelDomain, domid)
        change(domid) { $0.info.securityID = securityID }
    }

    private func checkFLASK(_ operation: Operation, _ domid: DomainID?) throws(HypercallError) {
        guard facts.securityMode != .none else {
            throw HypercallError(operation, domid, code: ErrorCode.noSystemCall)
        }
    }

    mutating func testAssign(_ domid: DomainID, _ device: PCIAddress) throws(HypercallError) {
        try checkIOMMU(.testAssignDevice, try domain(.testAssignDevice, domid))
        guard let owner = devices[device.rawValue], owner == nil else {
            throw HypercallError(.testAssignDevice, domid, code: ErrorCode.invalid)
        }
    }

    mutating func assign(_ domid: DomainID, _ device: PCIAddress) throws(HypercallError) {
        try checkIOMMU(.assignDevice, try domain(.assignDevice, domid))
        guard let owner = devices[device.rawValue] else {
            throw HypercallError(.assignDevice, domid, code: ErrorCode.noDevice)
        }
        guard owner == nil else { throw HypercallError(.assignDevice, domid, code: ErrorCode.busy) }
        if !isIgnored { devices[device.rawValue] = .some(domid) }
    }

    /// iommu_do_domctl: for devices a domain is created with XEN_DOMCTL_CDF_iommu.
    private func checkIOMMU(_ operation: Operation, _ domain: SimulatedDomain) throws(HypercallError) {
        guard facts.host.hasIOMMU, domain.created.has(.pci) else {
            throw HypercallError(operation, domain.info.domid, code: ErrorCode.notSupported)
        }
    }
}

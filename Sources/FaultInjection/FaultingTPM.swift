// SPDX-License-Identifier: Apache-2.0

import LinuxBindings
import Platform
import TPMBindings

/// The real TPM, with a trap before the first, between two, or after the last extend: for a domb-init of the rig alone that
/// dies on purpose, to show that a dead boot domain unpauses nothing.
public struct FaultingTPM: TPMDevice, ~Copyable {
    private var tpm: TSS2Device
    private let point: FaultPoint?
    private var extends = 0

    public init(device: StaticString) {
        tpm = TSS2Device(device: device)
        do throws(SystemError) {
            point = FaultPoint(try KernelCommandLine.read())
        } catch {
            point = nil
        }
    }

    public mutating func activeBanks(pcr: PCRIndex) throws(TPMError) -> [UInt16] { try tpm.activeBanks(pcr: pcr) }

    public mutating func identity() throws(TPMError) -> TPMIdentity { try tpm.identity() }

    public mutating func resetCounts() throws(TPMError) -> TPMResetCounts { try tpm.resetCounts() }

    public mutating func testResult() throws(TPMError) -> UInt32 { try tpm.testResult() }

    public mutating func setLocality(_ locality: UInt8) throws(TPMError) { try tpm.setLocality(locality) }

    public mutating func extend(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError) {
        if point == .before { fatalError() }
        if point == .call { Self.loadModule() }
        if point == .between, extends == 2 { fatalError() }
        try tpm.extend(pcr, digests)
        extends += 1
    }

    private static func loadModule() {
        do throws(SystemError) { try KernelModules.loadAll(from: "/lib/domb/modules") } catch {}
    }

    public mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest] {
        if point == .after { fatalError() }
        return try tpm.read(pcr, banks: banks)
    }
}

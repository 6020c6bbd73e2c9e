// SPDX-License-Identifier: Apache-2.0

import LinuxBindings
import Platform
import TPMBindings

/// The real TPM, with a trap before the first, between two, or after the last extend: for a domb-init of the rig alone that
/// dies on purpose, to show that a dead boot domain unpauses nothing.
public struct FaultingStore: MeasurementStore, ~Copyable {
    private var store: TSS2MeasurementStore
    private let point: FaultPoint?
    private var extends = 0

    public init(device: StaticString) {
        store = TSS2MeasurementStore(device: device)
        do throws(SystemError) {
            point = FaultPoint(try KernelCommandLine.read())
        } catch {
            point = nil
        }
    }

    public mutating func activeBanks(pcr: PCRIndex) throws(TPMError) -> [UInt16] { try store.activeBanks(pcr: pcr) }

    public mutating func identity() throws(TPMError) -> TPMIdentity { try store.identity() }

    public mutating func resetCounts() throws(TPMError) -> TPMResetCounts { try store.resetCounts() }

    public mutating func testResult() throws(TPMError) -> UInt32 { try store.testResult() }

    public mutating func setLocality(_ locality: UInt8) throws(TPMError) { try store.setLocality(locality) }

    public mutating func extend(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError) {
        if point == .before { fatalError() }
        if point == .call { Self.loadModule() }
        if point == .between, extends == 2 { fatalError() }
        try store.extend(pcr, digests)
        extends += 1
    }

    private static func loadModule() {
        do throws(SystemError) { try KernelModules.loadAll(from: "/lib/domb/modules") } catch {}
    }

    public mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest] {
        if point == .after { fatalError() }
        return try store.read(pcr, banks: banks)
    }
}

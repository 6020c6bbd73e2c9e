// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

extension SimulatedHypervisor: Unpausing {
    public mutating func unpause(
        _ domid: DomainID, _ proof: borrowing MeasurementProof
    ) throws(HypercallError) {
        try call(.unpause, domid) { (xen) throws(HypercallError) in try xen.unpause(domid, as: .unpause) }
    }

    public mutating func unpause(_ proof: borrowing RecoveryProof) throws(HypercallError) {
        let domid = proof.domid
        try call(.unpause, domid) { (xen) throws(HypercallError) in try xen.unpause(domid, as: .unpause) }
    }

    private mutating func unpause(_ domid: DomainID, as operation: Operation) throws(HypercallError) {
        let domain = try domain(operation, domid)
        // domain_unpause_by_systemcontroller: a count that would fall below zero is refused.
        guard domain.pauseCount > 0 else { throw HypercallError(operation, domid, code: ErrorCode.invalid) }
        guard !isIgnored else { return }
        domainsByID[domid.rawValue]?.pauseCount -= 1
        domainsByID[domid.rawValue]?.info.isPaused = domain.pauseCount > 1
        guard domain.pauseCount == 1, domain.info.cpuTime == 0 else { return }
        domainsByID[domid.rawValue]?.info.cpuTime = 1
        schedule(domid)
    }

    public mutating func shutDownCaller(
        unpausing domids: [DomainID], _ proof: borrowing MeasurementProof
    ) throws(HandoffRefusal) {
        var unpaused: [DomainID] = []
        for domid in domids {
            do throws(HypercallError) {
                try unpause(domid, as: .unpauseAtHandoff)
                unpaused.append(domid)
            } catch {
                continue
            }
        }
        do throws(HypercallError) { try begin(.shutdown) } catch { throw HandoffRefusal(error, unpaused: unpaused) }
        guard let caller = DomainID(rawValue: 0) else { return }
        change(caller) { $0.info.isShutDown = true }
    }
}

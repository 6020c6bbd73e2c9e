// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Measurement
import Platform

extension XenctrlHypervisor: Unpausing {
    public mutating func unpause(
        _ domid: DomainID, _ proof: borrowing MeasurementProof
    ) throws(HypercallError) {
        // Safety: the handle is open.
        try issue(.unpause, domid) { unsafe xc_domain_unpause($0.control, domid.number) }
    }

    public mutating func unpause(_ proof: borrowing RecoveryProof) throws(HypercallError) {
        let domid = proof.domid
        // Safety: the handle is open.
        try issue(.unpause, domid) { unsafe xc_domain_unpause($0.control, domid.number) }
    }
}

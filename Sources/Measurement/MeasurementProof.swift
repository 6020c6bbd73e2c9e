// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// That every domain was measured, and that the PCR says so: unpausing takes it. There is one for each launch, it cannot
/// be copied, and only a recorder whose log is capped makes it.
public struct MeasurementProof: ~Copyable {
    fileprivate init() {}
}

/// That a failure and the Recovery Domain's record are in the PCR, and that it is closed: unpausing the Recovery Domain
/// takes it.
public struct RecoveryProof: ~Copyable {
    /// The Recovery Domain.
    public let domid: DomainID

    fileprivate init(_ domid: DomainID) { self.domid = domid }
}

/// Everything by which a domain begins to run. No other protocol of a host has a way to unpause, so nobody does it without
/// a proof (I1). Each call but the last writes itself into the trace.
public protocol Unpausing: ~Copyable {
    /// Takes one from the domain's pause count. The corresponding C function is `xc_domain_unpause`; a domain that is not
    /// paused gives EINVAL.
    mutating func unpause(_ domid: DomainID, _ proof: borrowing MeasurementProof) throws(HypercallError)
    /// The same of the Recovery Domain alone.
    mutating func unpause(_ proof: borrowing RecoveryProof) throws(HypercallError)
    /// Unpauses the domains in this order and shuts the calling domain down, by one hypercall: no instruction of the caller
    /// runs between. An entry that fails keeps Xen from none of the others (do_multicall), and nobody is left to see it.
    /// Throws only if the shutdown is refused. Not in the trace, which ends with what the handoff is about to do. The
    /// corresponding hypercall is `__HYPERVISOR_multicall` of `XEN_DOMCTL_unpausedomain` and `SCHEDOP_shutdown` with
    /// SHUTDOWN_poweroff.
    mutating func shutDownCaller(
        unpausing domids: [DomainID], _ proof: borrowing MeasurementProof
    ) throws(HandoffRefusal)
}

extension Recorder {
    /// Compares what the TPM holds after the cap with what the log says.
    public func prove(readBack: [Digest]) throws(MeasurementError) -> MeasurementProof {
        try check(readBack)
        return MeasurementProof()
    }

    /// The same after a failure.
    public func proveRecovery(of domid: DomainID, readBack: [Digest]) throws(MeasurementError) -> RecoveryProof {
        guard hasError, domains.contains(domid) else { throw .notCapped }
        try check(readBack)
        return RecoveryProof(domid)
    }

    private func check(_ readBack: [Digest]) throws(MeasurementError) {
        guard isCapped, readBack.count == predicted.count else { throw .notCapped }
        for (actual, expected) in zip(readBack, predicted) where actual != expected {
            throw .pcrMismatch(expected.algorithm)
        }
    }

    /// For a launch without a TPM, where the policy allows one.
    public func proveUnmeasured(policy: TPMPolicy) throws(MeasurementError) -> MeasurementProof {
        guard isCapped else { throw .notCapped }
        guard policy < .require else { throw .tpmRequired }
        return MeasurementProof()
    }
}

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
    fileprivate init() {}
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
        return RecoveryProof()
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

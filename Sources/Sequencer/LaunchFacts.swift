// SPDX-License-Identifier: Apache-2.0

import Platform

/// Everything outside the LCM that a plan depends on, asked once and without effect.
public struct LaunchFacts: Equatable, Sendable {
    /// What Xen says of itself, of the host and of its domains.
    public var hypervisor: HypervisorFacts
    /// The TPM_ALG_IDs of the active banks, or why no TPM answers.
    public var tpm: TPMState
    /// For a PCR that takes extends from locality 2 only, and for a command, before which the PCR may have been used.
    public var dynamicPCR: DynamicPCR?
    /// What the caller says of itself and of who else is there.
    public var surroundings: Surroundings

    /// Whether a TPM answers.
    public enum TPMState: Equatable, Sendable {
        case banks([UInt16])
        case absent(TPMError)
    }

    /// What a PCR of the dynamic launch was found to be.
    public enum DynamicPCR: Equatable, Sendable {
        /// The transport cannot send from locality 2.
        case noLocality(TPMError)
        /// It holds what a TPM gives it at power on: no dynamic launch has begun it.
        case notBegun
        /// Something was extended into it since the TPM's reset.
        case used
        /// It holds zeros in every bank.
        case zero
    }

    public init(
        hypervisor: HypervisorFacts, tpm: TPMState, dynamicPCR: DynamicPCR? = nil,
        surroundings: Surroundings = Surroundings()
    ) {
        self.hypervisor = hypervisor
        self.tpm = tpm
        self.dynamicPCR = dynamicPCR
        self.surroundings = surroundings
    }
}

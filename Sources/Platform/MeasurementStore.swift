// SPDX-License-Identifier: Apache-2.0

/// The TPM, as far as a launch uses it.
public protocol MeasurementStore: ~Copyable {
    /// The TPM_ALG_IDs of the banks in which `pcr` is allocated, as the TPM lists them. TPM2_GetCapability(TPM_CAP_PCRS).
    mutating func activeBanks(pcr: PCRIndex) throws(TPMError) -> [UInt16]
    /// Extends every digest into its bank by one command. TPM2_PCR_Extend.
    mutating func extend(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError)
    /// Reads one PCR in the banks named, in that order. TPM2_PCR_Read.
    mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest]
}

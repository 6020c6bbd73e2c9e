// SPDX-License-Identifier: Apache-2.0

/// The TPM, as far as a launch uses it. Every method is one command; nothing is repeated here.
public protocol TPMDevice: ~Copyable {
    /// The TPM_ALG_IDs of the banks in which `pcr` is allocated, as the TPM lists them. TPM2_GetCapability(TPM_CAP_PCRS).
    mutating func activeBanks(pcr: PCRIndex) throws(TPMError) -> [UInt16]
    /// Who made the TPM. TPM2_GetCapability(TPM_CAP_TPM_PROPERTIES).
    mutating func identity() throws(TPMError) -> TPMIdentity
    /// How often the TPM was reset and restarted. TPM2_ReadClock.
    mutating func resetCounts() throws(TPMError) -> TPMResetCounts
    /// The TPM_RC of the self test: what a TPM in failure mode still answers. TPM2_GetTestResult.
    mutating func testResult() throws(TPMError) -> UInt32
    /// Sends what follows from this locality. A transport that cannot gives TSS2_TCTI_RC_NOT_IMPLEMENTED.
    /// The corresponding C function is `Tss2_Tcti_SetLocality`.
    mutating func setLocality(_ locality: UInt8) throws(TPMError)
    /// Extends every digest into its bank by one command. TPM2_PCR_Extend.
    mutating func extend(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError)
    /// Reads one PCR in the banks named, in that order. TPM2_PCR_Read.
    mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest]
}

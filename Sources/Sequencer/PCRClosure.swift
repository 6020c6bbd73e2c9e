// SPDX-License-Identifier: Apache-2.0

import Platform

/// What became of the PCR once a failure was to be recorded there.
public enum PCRClosure: Equatable, Sendable {
    /// The error and the cap are in every active bank: no extend leads to what a good launch leaves.
    case closed
    /// No TPM answers: nothing was closed, and there is nothing that could be.
    case noTPM(TPMError)
    /// The PCR, or a bank of it, is as open as before: the TPM failed, has a bank that DomB cannot hash, does not take extends
    /// of that PCR from here; or, for a command, the PCR is in use already and was left alone.
    case open
}

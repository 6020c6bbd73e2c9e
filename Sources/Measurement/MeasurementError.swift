// SPDX-License-Identifier: Apache-2.0

import Platform

/// Why a domain, or the launch as a whole, was not measured.
public enum MeasurementError: Error, Equatable, Sendable {
    case hypercall(HypercallError)
    /// The domain's PVH start info is not one, or says something else than the LCM.
    case badStartInfo
    case moduleCount(expected: UInt32, actual: UInt32)
    case ramdiskSize(expected: UInt64, actual: UInt64)
    /// The LCM does not say where the kernel lies.
    case unknownPlace(ImageRole)
    /// What lies in memory is not what the LCM expects.
    case digestMismatch(ImageRole, expected: Digest, actual: Digest)
    case commandLineMismatch
    /// The TPM holds another value than the log leads to.
    case pcrMismatch(HashAlgorithm)
    case tpmRequired
    case notCapped
}

// SPDX-License-Identifier: Apache-2.0

/// A hash algorithm that DomB computes, by its TPM_ALG_ID (TCG Algorithm Registry).
public enum HashAlgorithm: UInt16, CaseIterable, Sendable {
    case sha1 = 0x0004
    case sha256 = 0x000B
    case sha384 = 0x000C
    case sha512 = 0x000D

    /// Size of a digest in bytes.
    public var digestSize: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// As tpm2-tools write it.
    public var name: StaticString {
        switch self {
        case .sha1: "sha1"
        case .sha256: "sha256"
        case .sha384: "sha384"
        case .sha512: "sha512"
        }
    }
}

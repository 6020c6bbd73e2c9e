// SPDX-License-Identifier: Apache-2.0

/// Why a piece of evidence is refused, and where. Nothing of it is used then.
public struct StructureError: Error, Equatable, Sendable {
    public enum Code: Equatable, Sendable {
        case truncated, trailing, badMagic, notAQuote, badSize, badValue, unknownAlgorithm, weakHash, wrongKeyUse,
            duplicate
        case notText, badKey, badEvent

        public var text: String {
            switch self {
            case .truncated: "it ends too early"
            case .trailing: "something follows its end"
            case .badMagic: "it does not start as it must"
            case .notAQuote: "it is an attestation, but not a quote of PCRs"
            case .badSize: "a size that cannot be"
            case .badValue: "a field has a value that it cannot have"
            case .unknownAlgorithm: "an algorithm that is not known here"
            case .weakHash: "a signature over SHA-1 proves nothing"
            case .wrongKeyUse:
                "not an attestation key: it must be a fixedTPM, restricted signing key, or it could sign a forged quote"
            case .duplicate: "the same thing a second time"
            case .notText: "a line that is not in the form that tpm2_pcrread prints"
            case .badKey: "not a public key that is known here (RSA of 2048 bits or more, P-256, P-384, P-521)"
            case .badEvent: "an event that no firmware writes so"
            }
        }
    }

    public let code: Code
    /// Bytes from the start; for text the number of the line, from 1.
    public let offset: Int

    init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}

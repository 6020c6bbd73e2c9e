// SPDX-License-Identifier: Apache-2.0

/// Why a piece of evidence is refused, and where. Nothing of it is used then.
public struct StructureError: Error, Equatable, Sendable {
    public enum Code: Equatable, Sendable {
        case truncated, trailing, badMagic, notAQuote, badSize, badValue, unknownAlgorithm, weakHash, wrongKeyUse,
            duplicate
        case notText, notPCRValues, badKey, weakKey, privateKey, endorsementKey, keyContext
        case badEvent, ccEventLog

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
            case .notText: "a line that is neither a bank nor a PCR's value, as tpm2_pcrread prints them"
            case .notPCRValues:
                "no PCR values as tpm2_pcrread prints them, nor as tpm2_quote -o writes them (values alone need the quote "
                    + "that selects them)"
            case .badKey: "not a public key that is known here (RSA of 2048 bits or more, P-256, P-384, P-521)"
            case .weakKey: "an RSA key of less than 2048 bits: its signature proves nothing"
            case .privateKey:
                "a private key: the attestation key's public half is wanted, and nobody else should have this"
            case .endorsementKey:
                "an endorsement key (EK), or another that decrypts: it signs no quote; the attestation key is wanted "
                    + "(tpm2_createak -u)"
            case .keyContext:
                "a key's context (tpm2_createak -c), of use to its own TPM only: write the public half (-u)"
            case .badEvent: "an event that no firmware writes so"
            case .ccEventLog: "a log of confidential computing (ACPI table CCEL): it is of registers that are no TPM's"
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

// SPDX-License-Identifier: Apache-2.0

/// A TPM command failed.
public struct TPMError: Error, Equatable, Sendable {
    public let operation: Operation
    /// The TSS2_RC: the layer in bits 16 to 23, zero for the TPM's own response code (TPM 2.0 Library, part 2, 6.6).
    public let responseCode: UInt32

    public init(_ operation: Operation, responseCode: UInt32) {
        self.operation = operation
        self.responseCode = responseCode
    }
}

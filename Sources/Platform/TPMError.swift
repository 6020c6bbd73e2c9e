// SPDX-License-Identifier: Apache-2.0

/// A TPM command failed.
public struct TPMError: Error, Equatable, Sendable {
    /// The command that failed.
    public let operation: Operation
    /// The TSS2_RC: the layer in bits 16 to 23, zero for the TPM's own response code (TPM 2.0 Library, part 2, 6.6).
    public let responseCode: UInt32

    public init(_ operation: Operation, responseCode: UInt32) {
        self.operation = operation
        self.responseCode = responseCode
    }

    /// The TPM put the command off and has not begun it (TPM 2.0 Library, part 2, 6.6.3): TPM_RC_YIELDED, TESTING,
    /// NV_RATE, RETRY.
    public var isPutOff: Bool { [0x908, 0x90A, 0x920, 0x922].contains(responseCode) }

    /// Whether the command may have been carried out all the same: the answer was lost or damaged on its way (a code of
    /// a layer above the TPM), or it was cancelled (TPM_RC_CANCELED).
    public var leavesOutcomeOpen: Bool { responseCode >> 16 != 0 || responseCode == 0x909 }

    /// No answer came: a code of the TCTI's layer.
    public var isAbsence: Bool { responseCode >> 16 & 0xFF == 0x0A }

    /// TPM_RC_FAILURE: the TPM's self test failed, and it does nothing any more.
    public var isFailureMode: Bool { responseCode == 0x101 }
}

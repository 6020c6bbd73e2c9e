// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

/// Every response code is of one kind, and three kinds alone are not the end of a launch.
@Suite struct TPMErrorTests {
    private func error(_ code: UInt32) -> TPMError { TPMError(.pcrExtend, responseCode: code) }

    /// TPM 2.0 Library, part 2, 6.6.3: what the TPM itself answers, all of 16 bits.
    @Test func theTPMsOwnCodesAreAnswers() {
        for code in 0...0xFFFF as ClosedRange<UInt32> {
            let error = error(code)
            guard !error.isAbsence, error.isPutOff == [0x908, 0x90A, 0x920, 0x922].contains(code),
                error.leavesOutcomeOpen == (code == 0x909), error.isFailureMode == (code == 0x101)
            else {
                Issue.record("response code \(code)")
                continue
            }
        }
    }

    /// tss2_common.h: the layer in bits 16 to 23. No answer is the TCTI's to tell, and nobody else's: a code of the layers
    /// above it says that the TPM answered something, or that the question was wrong.
    @Test func noTPMIsWhatTheTCTISaysAndNobodyElse() {
        for layer in 1...0xFF as ClosedRange<UInt32> {
            for code in [0, 1, 2, 8, 9, 10, 13, 0x100, 0x101, 0x908, 0x909, 0x922, 0xFFFF] as [UInt32] {
                let error = error(layer << 16 | code)
                #expect(error.isAbsence == (layer == 0x0A), "layer \(layer)")
                #expect(error.leavesOutcomeOpen)
                #expect(!error.isPutOff && !error.isFailureMode)
            }
        }
    }

    /// Part 2, 6.6.3, and tss2_common.h: those that people look up. Any other code is told by its number alone.
    @Test func everyCodeThatIsKnownIsToldByItsName() {
        let names: [UInt32: String] = [
            0x100: "TPM_RC_INITIALIZE", 0x101: "TPM_RC_FAILURE", 0x907: "TPM_RC_LOCALITY", 0x908: "TPM_RC_YIELDED",
            0x909: "TPM_RC_CANCELED", 0x90A: "TPM_RC_TESTING", 0x920: "TPM_RC_NV_RATE", 0x921: "TPM_RC_LOCKOUT",
            0x922: "TPM_RC_RETRY", 0xA000A: "TSS2_TCTI_RC_IO_ERROR", 0xA0008: "TSS2_TCTI_RC_NO_CONNECTION",
        ]
        for code in Array(0...0xFFF) + [0xA0000, 0xA0007, 0xA0008, 0xA0009, 0xA000A, 0xA000B] as [UInt32] {
            let message = String(decoding: error(code).message.bytes, as: UTF8.self)
            let number = "0x" + String(code, radix: 16)
            let expected = names[code].map { "\($0) (\(number))" } ?? "TSS2_RC \(number)"
            #expect(message == "TPM2_PCR_Extend: \(expected)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import Verification

/// TPM2B_ATTEST: a quote with its size before it is the same quote.
@Suite struct WrappedQuoteTests {
    /// A TPMS_ATTEST with a nonce of so many bytes, and a selection of each bank: up to 64 bytes of nonce, which makes it
    /// longer than a size of one byte can say.
    private func quote(nonce: Int) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0x54, 0x43, 0x47, 0x80, 0x18]
        func sized(_ count: Int) -> [UInt8] { [0, UInt8(count)] + [UInt8](repeating: 7, count: count) }
        bytes += sized(66) + sized(nonce) + [UInt8](repeating: 0, count: 8 + 4 + 4) + [1]
        bytes += [UInt8](repeating: 0, count: 8) + [0, 0, 0, 4]
        for algorithm in [0x04, 0x0B, 0x0C, 0x0D] as [UInt8] { bytes += [0, algorithm, 3, 0, 8, 0] }
        return bytes + sized(64)
    }

    @Test func aQuoteOfAnyLengthMayHaveItsSizeBeforeIt() throws {
        var lengths: [Int] = []
        for nonce in 1...64 {
            let bare = quote(nonce: nonce)
            lengths.append(bare.count)
            let wrapped = [UInt8(bare.count >> 8), UInt8(bare.count & 0xFF)] + bare
            #expect(try TPMQuote(parsing: wrapped).message == bare, "\(bare.count) bytes")
            #expect(try TPMQuote(parsing: bare).message == bare)
        }
        #expect(lengths.contains(255) && lengths.contains(256))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// Errors by the names that DomB prints.
enum ErrorName {
    private static let responseCodes: [UInt32] = [
        0x100, 0x101, 0x907, 0x908, 0x909, 0x90A, 0x920, 0x921, 0x922, 0xA_000A, 0xA_0008,
    ]

    /// "EINVAL" or "22".
    static func errno(_ name: String) -> Int32? {
        if let number = Int32(name) { return (1...4095).contains(number) ? number : nil }
        return (1...133).first { errnoWords($0).hasPrefix("\(name) (") && name != "errno" }
    }

    static func errnoWords(_ code: Int32) -> String { text(Line(errno: code).bytes) }

    /// "TPM_RC_FAILURE" or "0x101".
    static func responseCode(_ name: String) -> UInt32? {
        if let number = DescriptionValue.number(name) { return UInt32(exactly: number) }
        return responseCodes.first { code in
            text(TPMError(.pcrRead, responseCode: code).message.bytes).contains(": \(name) (")
        }
    }
}

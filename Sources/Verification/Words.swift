// SPDX-License-Identifier: Apache-2.0

import Platform

/// Bytes that came from outside, so that no name can forge a line or move a cursor.
func printable(_ bytes: [UInt8]) -> String {
    String(decoding: ("\(escaped: bytes)" as Line).bytes, as: UTF8.self)
}

/// The same of a text that may be long: its beginning.
func excerpt(_ bytes: [UInt8]) -> String {
    let most = 200
    return bytes.count <= most ? printable(bytes) : printable([UInt8](bytes.prefix(most))) + "..."
}

func hexadecimal(_ bytes: [UInt8]) -> String {
    String(decoding: ("\(hexBytes: bytes)" as Line).bytes, as: UTF8.self)
}

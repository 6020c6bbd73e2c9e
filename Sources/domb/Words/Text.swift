// SPDX-License-Identifier: Apache-2.0

import Platform

func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

func hexadecimal(_ bytes: [UInt8]) -> String { text(("\(hexBytes: bytes)" as Line).bytes) }

/// "1 vcpu", "2 vcpus".
func counted(_ number: some BinaryInteger, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
}

/// Bytes that came from outside, so that no name can forge a line or move a cursor.
func text(_ bytes: [UInt8]) -> String {
    String(decoding: ("\(escaped: bytes)" as Line).bytes, as: UTF8.self)
}

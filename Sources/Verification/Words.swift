// SPDX-License-Identifier: Apache-2.0

import Platform

/// Bytes that came from outside, so that no name can forge a line or move a cursor.
func printable(_ bytes: [UInt8]) -> String {
    String(decoding: ("\(escaped: bytes)" as Line).bytes, as: UTF8.self)
}

/// Nobody reads more of a text that may be as long as a log.
private let mostBytes = 200

/// The same of a text that may be long: its beginning.
func excerpt(_ bytes: [UInt8]) -> String {
    bytes.count <= mostBytes ? printable(bytes) : printable([UInt8](bytes.prefix(mostBytes))) + "..."
}

/// Of a text that can be printed.
func beginning(_ text: String) -> String {
    text.utf8.count <= mostBytes ? text : String(text.prefix(mostBytes)) + "..."
}

/// A text for people with names in it that are not the verifier's: what a terminal would act on, or nobody would see, is
/// told as its bytes.
public func inOneLine(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            line += printable(Array(String(scalar).utf8))
        default: line.unicodeScalars.append(scalar)
        }
    }
    return line
}

func hexadecimal(_ bytes: [UInt8]) -> String {
    String(decoding: ("\(hexBytes: bytes)" as Line).bytes, as: UTF8.self)
}

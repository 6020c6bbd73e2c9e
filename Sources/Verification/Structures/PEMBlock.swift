// SPDX-License-Identifier: Apache-2.0

import Platform

/// One block of a PEM file (RFC 7468), whatever stands before it: `openssl -text` and keystores write lines there.
struct PEMBlock {
    /// "PUBLIC KEY".
    let label: String
    /// Where its first line starts.
    let offset: Int
    /// `nil` where it is no Base64, or has no end.
    let content: [UInt8]?

    private static let begin = Line("-----BEGIN ").bytes
    private static let end = Line("-----END ").bytes
    private static let dashes = Line("-----").bytes

    /// The first whose label will do.
    static func find(in file: [UInt8], where isWanted: (String) -> Bool) -> PEMBlock? {
        var offset = 0
        for line in file.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let start = offset
            offset += line.count + 1
            let text = trimmed(line)
            guard text.starts(with: begin), text.count > begin.count + dashes.count, text.suffix(5) == dashes[...]
            else {
                continue
            }
            let label = [UInt8](text.dropFirst(begin.count).dropLast(dashes.count))
            let name = String(decoding: label, as: UTF8.self)
            guard isWanted(name) else { continue }
            return PEMBlock(
                label: name, offset: start, content: content(file.dropFirst(offset), until: end + label + dashes))
        }
        return nil
    }

    private static func content(_ rest: ArraySlice<UInt8>, until end: [UInt8]) -> [UInt8]? {
        var digits: [UInt8] = []
        for line in rest.split(separator: 0x0A) {
            let text = trimmed(line)
            if text == end[...] { return Base64.decoded(digits) }
            digits += text
        }
        return nil
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        let start = line.drop(while: isBlank)
        return start.dropLast(start.reversed().prefix(while: isBlank).count)
    }
}

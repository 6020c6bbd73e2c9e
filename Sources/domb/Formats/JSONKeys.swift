// SPDX-License-Identifier: Apache-2.0

/// A name that an object of a JSON text has twice (RFC 8259, section 4, leaves open which one counts): Foundation's decoder
/// takes one of them without a word, and another reader the other.
enum JSONKeys {
    /// The first of them; also one that is written with a backslash, which could be any other. Nothing is said of a text
    /// that is no JSON.
    static func repeated(in text: [UInt8]) -> [UInt8]? {
        var objects: [Set<[UInt8]>?] = []
        var place = 0
        while place < text.count {
            let byte = text[place]
            place += 1
            switch byte {
            case UInt8(ascii: "{"): objects.append([])
            case UInt8(ascii: "["): objects.append(nil)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = objects.popLast()
            case UInt8(ascii: "\""):
                let string = string(text, &place)
                guard isKey(text, place), let last = objects.indices.last, objects[last] != nil else { continue }
                let isNew = objects[last]?.insert(string).inserted == true
                if !isNew || string.contains(UInt8(ascii: "\\")) { return string }
            default: continue
            }
        }
        return nil
    }

    /// Up to the closing quote, as it is written.
    private static func string(_ text: [UInt8], _ place: inout Int) -> [UInt8] {
        let start = place
        while place < text.count, text[place] != UInt8(ascii: "\"") {
            place += text[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        let end = min(place, text.count)
        place = end + 1
        return [UInt8](text[start..<end])
    }

    private static func isKey(_ text: [UInt8], _ place: Int) -> Bool {
        guard place < text.count else { return false }
        return text[place...].first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: ":")
    }
}

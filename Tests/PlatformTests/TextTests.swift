// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

/// What others gave, as DomB writes it, and what DomB reads out of a line: every character.
@Suite struct TextTests {
    /// Printable ASCII but for what the form itself uses stands as it is; all else by its number.
    @Test func everyByteIsPrintableOrANumber() {
        for byte in 0...255 as ClosedRange<UInt8> {
            let isPlain = (0x20...0x7E).contains(byte)
            let hex: Line = "\(hexBytes: [byte])"
            let backslash = UInt8(ascii: "\\")
            let escaped = isPlain && byte != backslash ? [byte] : Array("\\x".utf8) + hex.bytes
            let line: Line = "\(escaped: [byte])"
            #expect(line.bytes == escaped, "byte \(byte)")
            let isJSON = isPlain && byte != backslash && byte != UInt8(ascii: "\"")
            let json: Line = "\(json: [byte])"
            #expect(json.bytes == (isJSON ? [byte] : Array("\\u00".utf8) + hex.bytes), "byte \(byte)")
            // Neither a name's neighbours nor its length change that.
            let between: Line = "\(escaped: [0x61, byte, 0x62])"
            #expect(between.bytes == [0x61] + escaped + [0x62])
        }
    }

    @Test func numbersAreWrittenInFull() {
        for number in [0, 1, 9, 10, 99, 1_000_000, .max] as [UInt64] {
            let decimal: Line = "\(number)"
            #expect(decimal.bytes == Array("\(number)".utf8))
            let hex: Line = "\(hex: number)"
            #expect(hex.bytes == Array("0x\(String(number, radix: 16))".utf8))
        }
        for number in [-1, -10, Int64.min] as [Int64] {
            let line: Line = "\(number)"
            #expect(line.bytes == Array("\(number)".utf8))
        }
    }

    /// Xen takes the last of two, and so does DomB: wherever they stand, and whichever is the greater.
    @Test func theLastOfSeveralWordsCounts() {
        for values in [["5"], ["5", "7"], ["7", "5"], ["5", "7", "6"], ["7", "5", "0"], ["0", "5", "x", "9"]] {
            let words = values.map { "hardware_dom=\($0)" }
            for separator in [" ", "  ", " dom0=pvh ", " hardware_domx=3 "] {
                let line = words.joined(separator: separator)
                let value = BootOptions.value(of: "hardware_dom", in: Array(line.utf8))
                #expect(value == values.last.map { Array($0.utf8) }, "\(line)")
                let number = values.last.flatMap { UInt16($0) }.flatMap { $0 == 0 ? nil : DomainID(rawValue: $0) }
                #expect(BootOptions.lateHardwareDomain(in: Array(line.utf8)) == number, "\(line)")
            }
        }
    }

    @Test func aDigitIsADigitAndNothingElse() {
        for byte in 0...255 as ClosedRange<UInt8> {
            let character = Character(Unicode.Scalar(byte))
            let isASCII = byte < 128
            #expect(Hexadecimal.nibble(byte) == (isASCII ? character.hexDigitValue.map { UInt8($0) } : nil))
            let decimal = isASCII && character.isNumber ? character.wholeNumberValue.map { UInt64($0) } : nil
            #expect(Decimal.parse([byte][...]) == decimal)
            #expect(Decimal.parse([0x31, byte][...]) == decimal.map { 10 + $0 })
        }
        #expect(Decimal.parse([][...]) == nil)
        #expect(Decimal.parse([UInt8](repeating: 0x39, count: 18)[...]) == 999_999_999_999_999_999)
        #expect(Decimal.parse([UInt8](repeating: 0x30, count: 19)[...]) == nil)
        #expect(Hexadecimal.bytes([0x30]) == nil && Hexadecimal.bytes([]) == [])
        #expect(Hexadecimal.number(Array("0x".utf8)[...]) == nil)
        #expect(Hexadecimal.number(Array("0xffffffffffffffff".utf8)[...]) == .max)
        #expect(Hexadecimal.number(Array("0x00000000000000001".utf8)[...]) == nil)
    }

    /// Equal ones stay as they were, from both ends and in the middle.
    @Test(arguments: 0...9) func equalOnesKeepTheirOrder(count: Int) {
        for classes in 1...3 {
            let list = (0..<count).map { (key: ($0 * 7) % classes, place: $0) }
            let ordered = list.inOrder { $0.key < $1.key }
            let expected = (0..<classes).flatMap { key in list.filter { $0.key == key } }
            #expect(ordered.map { $0.place } == expected.map { $0.place })
        }
    }
}

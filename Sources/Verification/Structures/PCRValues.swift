// SPDX-License-Identifier: Apache-2.0

import Platform

/// PCR values as people have them.
///
/// As text: a bank's name and a colon; under it a line for each PCR, its number, a colon and the value. A bank that is not
/// active has no lines. `tpm2_pcrread` indents and writes 0x; tpm2-tools before 4 wrote neither, and before 3
/// "Bank/Algorithm: TPM_ALG_SHA256(0x000b)" and "PCR_07: a1 b2".
///
///       sha1:
///       sha256:
///         0 : 0xA1B2...
///         11: 0xC3D4...
///
/// Or as `tpm2_quote -o` writes them: PCRValues+Quoted.swift.
public struct PCRValues: Equatable, Sendable {
    public struct Bank: Equatable, Sendable {
        /// The tool's name: a TPM may have banks that are not known here.
        public let name: [UInt8]
        /// By PCR. Of a bank that is known here, each has its digest's size.
        public internal(set) var values: [UInt8: [UInt8]] = [:]

        public var algorithm: HashAlgorithm? { HashAlgorithm.allCases.first { Line($0.name).bytes == name } }
    }

    /// 24 PCRs in 16 banks are less than half of it.
    public static let limit = 1 << 17

    /// In the order of the text.
    public private(set) var banks: [Bank] = []
    /// Of what a quote selected alone: it does not say which banks are active.
    public let isSelection: Bool

    /// `selections` are those of the quote that came with it, if one did: values may be without a word of whose they are.
    public init(parsing file: [UInt8], selectedBy selections: [TPMQuote.Selection] = []) throws(StructureError) {
        guard file.count <= Self.limit else { throw StructureError(.badSize, at: 1) }
        if let quoted = try Self.quoted(file, selections) {
            banks = quoted
            isSelection = true
            return
        }
        isSelection = false
        guard file.allSatisfy({ Self.isText($0) }) else { throw StructureError(.notPCRValues, at: 1) }
        for (index, line) in file.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            try read(line, number: index + 1)
        }
        guard !banks.isEmpty else { throw StructureError(.notPCRValues, at: 1) }
    }

    private static func isText(_ byte: UInt8) -> Bool { (0x20..<0x7F).contains(byte) || isBlank(byte) || byte == 0x0A }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = text.drop(while: isBlank)
        return start.dropLast(start.reversed().prefix(while: isBlank).count)
    }

    private mutating func read(_ line: ArraySlice<UInt8>, number: Int) throws(StructureError) {
        let text = Self.trimmed(line)
        guard !text.isEmpty else { return }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { throw StructureError(.notText, at: number) }
        let key = Self.trimmed(text[..<colon])
        let value = Self.trimmed(text[(colon + 1)...])
        if value.isEmpty {
            try startBank(key, number)
        } else if key.elementsEqual(Line("Bank/Algorithm").bytes) {
            try startBank(Self.oldName(value), number)
        } else {
            try addValue(key, value, number)
        }
    }

    /// "TPM_ALG_SHA256(0x000b)".
    private static func oldName(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let prefix = Line("TPM_ALG_").bytes
        guard value.starts(with: prefix) else { return [] }
        let name = value.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: "(") }
        return name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }[...]
    }

    private mutating func startBank(_ name: ArraySlice<UInt8>, _ number: Int) throws(StructureError) {
        let letters = name.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F }
        let isNumber = name.allSatisfy { (0x30...0x39).contains($0) }
        guard letters, !isNumber else { throw StructureError(.notText, at: number) }
        guard !banks.contains(where: { $0.name.elementsEqual(name) }) else {
            throw StructureError(.duplicate, at: number)
        }
        banks.append(Bank(name: [UInt8](name)))
    }

    private mutating func addValue(
        _ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, _ number: Int
    ) throws(StructureError) {
        let isOld = key.starts(with: Line("PCR_").bytes)
        let digits = isOld ? key.dropFirst(4) : key
        let text =
            value.starts(with: Line("0x").bytes) ? value.dropFirst(2) : value.filter { !isOld || $0 != 0x20 }[...]
        guard digits.count <= 2, let pcr = Decimal.parse(digits), pcr < UInt64(PCRIndex.count),
            let bytes = Hexadecimal.bytes([UInt8](text)), (1...64).contains(bytes.count), !banks.isEmpty
        else { throw StructureError(.notText, at: number) }
        let last = banks.count - 1
        guard bytes.count == banks[last].algorithm?.digestSize ?? bytes.count else {
            throw StructureError(.badSize, at: number)
        }
        guard banks[last].values.updateValue(bytes, forKey: UInt8(pcr)) == nil else {
            throw StructureError(.duplicate, at: number)
        }
    }

    public func value(_ bank: HashAlgorithm, _ pcr: UInt8) -> Digest? {
        banks.first { $0.algorithm == bank }?.values[pcr].flatMap { Digest(bank, bytes: $0) }
    }
}

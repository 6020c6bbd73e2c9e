// SPDX-License-Identifier: Apache-2.0

import Platform

/// PCR values as `tpm2_pcrread` prints them: a bank's name and a colon, two columns in; under it a line for each PCR, its
/// number, a colon, 0x and the value, four columns in. A bank that is not active has no lines.
///
///       sha1:
///       sha256:
///         0 : 0xA1B2...
///         11: 0xC3D4...
public struct PCRValues: Equatable, Sendable {
    public struct Bank: Equatable, Sendable {
        /// The tool's name: a TPM may have banks that are not known here.
        public let name: [UInt8]
        /// By PCR. Of a bank that is known here, each has its digest's size.
        public fileprivate(set) var values: [UInt8: [UInt8]] = [:]

        public var algorithm: HashAlgorithm? { HashAlgorithm.allCases.first { Line($0.name).bytes == name } }
    }

    /// 24 PCRs in 16 banks are less than half of it.
    public static let limit = 1 << 17

    /// In the order of the text.
    public private(set) var banks: [Bank] = []

    public init(parsing text: [UInt8]) throws(StructureError) {
        guard text.count <= Self.limit else { throw StructureError(.badSize, at: 1) }
        guard text.last == UInt8(ascii: "\n") else { throw StructureError(.truncated, at: 1) }
        for (index, line) in text.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            try read(line, number: index + 1)
        }
        guard !banks.isEmpty else { throw StructureError(.notText, at: 1) }
    }

    private mutating func read(_ line: ArraySlice<UInt8>, number: Int) throws(StructureError) {
        let indent = line.prefix { $0 == UInt8(ascii: " ") }.count
        let rest = line.dropFirst(indent)
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")) else { throw StructureError(.notText, at: number) }
        let key = [UInt8](rest[..<colon])
        let value = rest[(colon + 1)...]
        switch indent {
        case 2: try startBank(key, value, number)
        case 4: try addValue(key, value, number)
        default: throw StructureError(.notText, at: number)
        }
    }

    private mutating func startBank(
        _ name: [UInt8], _ value: ArraySlice<UInt8>, _ number: Int
    ) throws(StructureError) {
        let letters = name.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F }
        guard !name.isEmpty, letters, value.isEmpty else { throw StructureError(.notText, at: number) }
        guard !banks.contains(where: { $0.name == name }) else { throw StructureError(.duplicate, at: number) }
        banks.append(Bank(name: name))
    }

    /// The number is padded to two columns by a space behind it.
    private mutating func addValue(
        _ key: [UInt8], _ value: ArraySlice<UInt8>, _ number: Int
    ) throws(StructureError) {
        let digits = key.count == 2 && key[1] == UInt8(ascii: " ") ? key.prefix(1) : key[...]
        guard key.count == 2, let pcr = Decimal.parse(digits), digits.count == (pcr < 10 ? 1 : 2),
            pcr < UInt64(PCRIndex.count), value.starts(with: Line(" 0x").bytes),
            let bytes = Hexadecimal.bytes([UInt8](value.dropFirst(3))), (1...64).contains(bytes.count), !banks.isEmpty
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

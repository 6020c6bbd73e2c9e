// SPDX-License-Identifier: Apache-2.0

import Platform

/// What `tpm2_quote -o` writes: its own structures with selection and values (the default), or the values alone, one after
/// the other (`-F values`), of which the quote's selection tells whose they are. The structures are those of a little-endian
/// machine (tpm2-tools 5.4, lib/pcr.c and tools/tpm2_quote.c):
///
/// | size | field |
/// |---|---|
/// | 4 | count of selections |
/// | 16 times 8 | u16 algorithm, u8 size of the bitmap, 4 bytes of bitmap, one of padding |
/// | 4 | count of lists |
/// | each 532 | u32 count, and 8 times u16 size with 64 bytes |
extension PCRValues {
    private static let selectionCount = 16
    private static let listSize = 4 + 8 * 66

    /// `nil` for what has neither form.
    static func quoted(_ file: [UInt8], _ selections: [TPMQuote.Selection]) throws(StructureError) -> [Bank]? {
        let head = 4 + 8 * selectionCount + 4
        // Of text the second byte is none of these.
        if file.count >= head + listSize, (file.count - head) % listSize == 0, file[1] == 0, file[3] == 0 {
            return try serialized(file)
        }
        let sizes = selections.flatMap { selection in
            selection.pcrs.map { _ in HashAlgorithm(rawValue: selection.algorithm)?.digestSize ?? 0 }
        }
        guard !sizes.isEmpty, !sizes.contains(0), sizes.reduce(0, +) == file.count else { return nil }
        var reader = ByteReader(file)
        var values: [[UInt8]] = []
        for size in sizes { values.append(try reader.read(size)) }
        return try banks(selections, values)
    }

    private static func serialized(_ file: [UInt8]) throws(StructureError) -> [Bank] {
        var reader = ByteReader(file)
        let count = try reader.readLittle32()
        guard count <= UInt32(selectionCount) else { throw StructureError(.notPCRValues, at: 1) }
        var selections: [TPMQuote.Selection] = []
        for index in 0..<UInt32(selectionCount) {
            let algorithm = try reader.readLittle16()
            let size = Int(try reader.read8())
            let bitmap = try reader.read(4)
            _ = try reader.read8()
            guard index < count else { continue }
            guard size <= 4, !selections.contains(where: { $0.algorithm == algorithm }) else {
                throw StructureError(.notPCRValues, at: 1)
            }
            let bits = (0..<8 * size).filter { bitmap[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
            selections.append(TPMQuote.Selection(algorithm: algorithm, pcrs: bits.map { UInt8($0) }))
        }
        let lists = try reader.readLittle32()
        guard Int(lists) * listSize == reader.remaining else { throw StructureError(.notPCRValues, at: 1) }
        var values: [[UInt8]] = []
        for _ in 0..<lists {
            let count = try reader.readLittle32()
            for index in 0..<8 as Range<UInt32> {
                let size = Int(try reader.readLittle16())
                let value = try reader.read(64)
                guard size <= 64 else { throw StructureError(.notPCRValues, at: 1) }
                if index < count { values.append([UInt8](value.prefix(size))) }
            }
        }
        return try banks(selections, values)
    }

    /// One value for each selected PCR, in the selection's order (TPM2_PCR_Read).
    private static func banks(
        _ selections: [TPMQuote.Selection], _ values: [[UInt8]]
    ) throws(StructureError) -> [Bank] {
        guard selections.reduce(0, { $0 + $1.pcrs.count }) == values.count else {
            throw StructureError(.notPCRValues, at: 1)
        }
        var rest = values[...]
        var banks: [Bank] = []
        for selection in selections {
            let algorithm = HashAlgorithm(rawValue: selection.algorithm)
            let name =
                algorithm.map { Line($0.name).bytes } ?? Array("0x\(String(selection.algorithm, radix: 16))".utf8)
            var bank = Bank(name: name)
            for (pcr, value) in zip(selection.pcrs, rest) {
                guard pcr < PCRIndex.count, !value.isEmpty, value.count == algorithm?.digestSize ?? value.count else {
                    throw StructureError(.notPCRValues, at: 1)
                }
                bank.values[pcr] = value
            }
            rest = rest.dropFirst(selection.pcrs.count)
            banks.append(bank)
        }
        return banks
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// What a TPM signs for TPM2_Quote: TPMS_ATTEST of type TPM_ST_ATTEST_QUOTE (TCG TPM 2.0 Library, part 2, 10.12.12).
/// Big-endian.
///
/// | size | field |
/// |---|---|
/// | 4 | magic ff544347: no data from outside that a restricted key signs may start so |
/// | 2 | type 8018 |
/// | 2 + n | qualified name of the signer |
/// | 2 + n | extra data: the nonce |
/// | 8, 4, 4, 1 | clock in ms, count of resets, count of restarts, whether the clock never went back |
/// | 8 | firmware version |
/// | 4 | count of selections, then for each: u16 hash algorithm, u8 size n, n bytes of bitmap, PCR 0 in bit 0 of the first |
/// | 2 + n | digest over the selected PCRs' values, one after the other |
public struct TPMQuote: Equatable, Sendable {
    public struct Selection: Equatable, Sendable {
        /// TPM_ALG_ID: a TPM may have banks that are not known here.
        public let algorithm: UInt16
        /// Ascending: the order in which they are hashed.
        public let pcrs: [UInt8]
    }

    /// TPM_GENERATED_VALUE.
    static let magic: UInt32 = 0xFF54_4347
    /// TPM_ST_ATTEST_QUOTE.
    static let type: UInt16 = 0x8018
    /// More banks than any TPM has (HASH_COUNT is 3 to 7 in those that exist).
    private static let selectionLimit: UInt32 = 16

    public let signer: [UInt8]
    public let nonce: [UInt8]
    public let clock: UInt64
    public let resetCount: UInt32
    public let restartCount: UInt32
    public let clockIsSafe: Bool
    public let firmwareVersion: UInt64
    public let selections: [Selection]
    public let pcrDigest: [UInt8]
    /// The TPMS_ATTEST itself: what the signature is over.
    public let message: [UInt8]

    /// Either TPMS_ATTEST alone, as `tpm2_quote -m` writes it, or as the TPM returns it: TPM2B_ATTEST, its size before it.
    public init(parsing bytes: [UInt8]) throws(StructureError) {
        if let size = Self.wrappedSize(bytes) {
            do throws(StructureError) {
                try self.init(bare: [UInt8](bytes[2..<(2 + size)]))
            } catch {
                throw StructureError(error.code, at: error.offset + 2)
            }
        } else {
            try self.init(bare: bytes)
        }
    }

    /// The size that stands before the magic, where the rest has just that size.
    private static func wrappedSize(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 2 else { return nil }
        let size = Int(bytes[0]) << 8 | Int(bytes[1])
        return size == bytes.count - 2 ? size : nil
    }

    private init(bare bytes: [UInt8]) throws(StructureError) {
        var reader = ByteReader(bytes)
        guard try reader.readBig32() == Self.magic else { throw StructureError(.badMagic, at: 0) }
        guard try reader.readBig16() == Self.type else { throw StructureError(.notAQuote, at: 4) }
        // TPM2B_NAME: an algorithm and its digest at the most; TPM2B_DATA the same (TPMT_HA).
        signer = try reader.readSized(atMost: 66)
        nonce = try reader.readSized(atMost: 66)
        clock = try reader.readBig64()
        resetCount = try reader.readBig32()
        restartCount = try reader.readBig32()
        let place = reader.offset
        switch try reader.read8() {
        case 0: clockIsSafe = false
        case 1: clockIsSafe = true
        default: throw StructureError(.badValue, at: place)
        }
        firmwareVersion = try reader.readBig64()
        selections = try Self.readSelections(&reader)
        pcrDigest = try reader.readSized(atMost: 64)
        try reader.finish()
        message = bytes
    }

    /// TPML_PCR_SELECTION.
    private static func readSelections(_ reader: inout ByteReader) throws(StructureError) -> [Selection] {
        let place = reader.offset
        let count = try reader.readBig32()
        guard count <= selectionLimit else { throw StructureError(.badSize, at: place) }
        var selections: [Selection] = []
        for _ in 0..<count {
            let place = reader.offset
            let algorithm = try reader.readBig16()
            // A bank that stands twice would let one selection be read where the other was hashed.
            guard !selections.contains(where: { $0.algorithm == algorithm }) else {
                throw StructureError(.duplicate, at: place)
            }
            selections.append(Selection(algorithm: algorithm, pcrs: try readBitmap(&reader)))
        }
        return selections
    }

    private static func readBitmap(_ reader: inout ByteReader) throws(StructureError) -> [UInt8] {
        let place = reader.offset
        let size = Int(try reader.read8())
        guard (1...4).contains(size) else { throw StructureError(.badSize, at: place) }
        var pcrs: [UInt8] = []
        for (index, byte) in try reader.read(size).enumerated() {
            for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 { pcrs.append(UInt8(8 * index + bit)) }
        }
        return pcrs
    }

    /// The banks in which the PCR is selected; those that are not known here are left out.
    public func banks(selecting pcr: UInt8) -> [HashAlgorithm] {
        selections.filter { $0.pcrs.contains(pcr) }.compactMap { HashAlgorithm(rawValue: $0.algorithm) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

extension FirmwareLog {
    /// What record 0 says of a bank.
    struct BankSize: Equatable {
        let algorithm: UInt16
        let size: Int
    }

    /// TCG_PCR_EVENT: u32 PCR, u32 type, 20 bytes of SHA-1, u32 size, data.
    static func readOldEvent(_ reader: inout ByteReader, number: Int) throws(StructureError) -> Event {
        let offset = reader.offset
        let (pcr, type) = try readStart(&reader)
        let digest = Digest(algorithm: HashAlgorithm.sha1.rawValue, bytes: try reader.read(20))
        return Event(
            number: number, offset: offset, pcr: pcr, type: type, digests: [digest], data: try readData(&reader))
    }

    /// TCG_PCR_EVENT2: u32 PCR, u32 type, u32 count of digests, for each u16 algorithm and digest, u32 size, data.
    static func readEvent(
        _ reader: inout ByteReader, number: Int, _ sizes: [BankSize]
    ) throws(StructureError) -> Event {
        let offset = reader.offset
        let (pcr, type) = try readStart(&reader)
        let place = reader.offset
        let count = try reader.readLittle32()
        guard count <= UInt32(sizes.count) else { throw StructureError(.badSize, at: place) }
        // Without a digest an extended event would explain nothing.
        guard count > 0 || type == EventType.noAction else { throw StructureError(.badEvent, at: place) }
        var digests: [Digest] = []
        for _ in 0..<count {
            let place = reader.offset
            let algorithm = try reader.readLittle16()
            guard let bank = sizes.first(where: { $0.algorithm == algorithm }) else {
                throw StructureError(.unknownAlgorithm, at: place)
            }
            guard !digests.contains(where: { $0.algorithm == algorithm }) else {
                throw StructureError(.duplicate, at: place)
            }
            digests.append(Digest(algorithm: algorithm, bytes: try reader.read(bank.size)))
        }
        return Event(
            number: number, offset: offset, pcr: pcr, type: type, digests: digests, data: try readData(&reader))
    }

    /// An event that is not extended may name any PCR; the profile has 0xFFFFFFFF for some.
    private static func readStart(_ reader: inout ByteReader) throws(StructureError) -> (pcr: UInt32, type: UInt32) {
        let place = reader.offset
        let pcr = try reader.readLittle32()
        let type = try reader.readLittle32()
        guard pcr < UInt32(PCRIndex.count) || type == EventType.noAction else {
            throw StructureError(.badEvent, at: place)
        }
        return (pcr, type)
    }

    private static func readData(_ reader: inout ByteReader) throws(StructureError) -> [UInt8] {
        try reader.read(Int(try reader.readLittle32()))
    }

    /// TCG_EfiSpecIDEvent: signature[16], u32 platform class, u8 minor, u8 major, u8 errata, u8 size of UINTN in 4 bytes,
    /// u32 count, for each u16 algorithm and u16 digest size; u8 size n, n bytes of the vendor's.
    static func readBanks(_ event: Event) throws(StructureError) -> [BankSize] {
        // TCG_PCR_EVENT's own fields come before.
        let base = 32
        // There the registers have numbers from 1 (UEFI 2.10, 38.4.1), and so has the first record (EDK2, TdTcg2Dxe,
        // SetupCcEventLog).
        guard !(1...4).contains(event.pcr) else { throw StructureError(.ccEventLog, at: 0) }
        do throws(StructureError) {
            guard event.pcr == 0, event.digests.allSatisfy({ $0.bytes.allSatisfy { $0 == 0 } }) else {
                throw StructureError(.badEvent, at: 0)
            }
            var reader = ByteReader(event.data)
            _ = try reader.read(20)
            guard try reader.read8() == 0, try reader.read8() == 2 else { throw StructureError(.badValue, at: 20) }
            _ = try reader.read8()
            guard (1...2).contains(try reader.read8()) else { throw StructureError(.badValue, at: 23) }
            let banks = try readBankList(&reader)
            _ = try reader.read(Int(try reader.read8()))
            try reader.finish()
            return banks
        } catch {
            throw StructureError(error.code, at: base + error.offset)
        }
    }

    private static func readBankList(_ reader: inout ByteReader) throws(StructureError) -> [BankSize] {
        let place = reader.offset
        let count = try reader.readLittle32()
        guard (1...16).contains(count) else { throw StructureError(.badSize, at: place) }
        var banks: [BankSize] = []
        for _ in 0..<count {
            let place = reader.offset
            let bank = BankSize(algorithm: try reader.readLittle16(), size: Int(try reader.readLittle16()))
            guard !banks.contains(where: { $0.algorithm == bank.algorithm }) else {
                throw StructureError(.duplicate, at: place)
            }
            let size = HashAlgorithm(rawValue: bank.algorithm)?.digestSize
            guard (1...64).contains(bank.size), bank.size == size ?? bank.size else {
                throw StructureError(.badSize, at: place)
            }
            banks.append(bank)
        }
        return banks
    }
}

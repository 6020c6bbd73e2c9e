// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import Verification

@Suite struct FirmwareLogTests {
    /// Two banks, sha1 and sha256: a start locality, two extends of PCR 0, one of PCR 7.
    private static let agile: [UInt8] =
        // TCG_PCR_EVENT: PCR 0, EV_NO_ACTION, a digest of zeros, 37 bytes.
        [0, 0, 0, 0, 3, 0, 0, 0] + [UInt8](repeating: 0, count: 20) + [37, 0, 0, 0]
        // "Spec ID Event03", platform class 0, version 2.0, errata 0, 64 bits, two banks, nothing of the vendor's.
        + Array("Spec ID Event03\0".utf8) + [0, 0, 0, 0, 0, 2, 0, 2, 2, 0, 0, 0]
        + [0x04, 0, 20, 0, 0x0B, 0, 32, 0] + [0]
        // TCG_PCR_EVENT2: PCR 0, EV_NO_ACTION, two digests, 17 bytes: StartupLocality 3.
        + [0, 0, 0, 0, 3, 0, 0, 0] + zeroDigests + [17, 0, 0, 0] + Array("StartupLocality\0".utf8) + [3]
        // PCR 0, EV_S_CRTM_VERSION (8), "v1" and "v2".
        + event(0, 8, Array("v1".utf8)) + event(0, 8, Array("v2".utf8))
        // PCR 7, EV_SEPARATOR.
        + event(7, 4, [0, 0, 0, 0])

    private static let zeroDigests: [UInt8] =
        [2, 0, 0, 0, 0x04, 0] + [UInt8](repeating: 0, count: 20) + [0x0B, 0] + [UInt8](repeating: 0, count: 32)

    private static func event(_ pcr: UInt8, _ type: UInt32, _ data: [UInt8], measured: [UInt8]? = nil) -> [UInt8] {
        var bytes: [UInt8] = [pcr, 0, 0, 0]
        bytes.append(littleEndian: UInt64(type), byteCount: 4)
        bytes += [2, 0, 0, 0, 0x04, 0] + SwiftCryptoHash.digest(.sha1, of: measured ?? data).bytes
        bytes += [0x0B, 0] + SwiftCryptoHash.digest(.sha256, of: measured ?? data).bytes
        bytes.append(littleEndian: UInt64(data.count), byteCount: 4)
        return bytes + data
    }

    /// The old form: an H-CRTM's event first, then a separator.
    private static func old(_ pcr: UInt8, _ type: UInt32, _ data: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [pcr, 0, 0, 0]
        bytes.append(littleEndian: UInt64(type), byteCount: 4)
        bytes += SwiftCryptoHash.digest(.sha1, of: data).bytes
        bytes.append(littleEndian: UInt64(data.count), byteCount: 4)
        return bytes + data
    }
    private static let sha1Only = old(0, 0x8000_0010, Array("HCRTM".utf8)) + old(4, 4, [0, 0, 0, 0])

    private func extended(_ bank: HashAlgorithm, from start: [UInt8], by data: [[UInt8]]) -> Digest {
        var value = start
        for each in data {
            value = SwiftCryptoHash.digest(bank, of: value + SwiftCryptoHash.digest(bank, of: each).bytes).bytes
        }
        return Digest(bank, exactly: value)
    }

    private func problem(_ bytes: [UInt8]) -> StructureError.Code? {
        do throws(StructureError) {
            _ = try FirmwareLog(parsing: bytes)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func replayStartsPCR0WithItsLocalityAndLeavesOutWhatIsNotExtended() throws {
        let log = try FirmwareLog(parsing: Self.agile)
        #expect(log.banks == [.sha1, .sha256])
        #expect(log.events.map(\.number) == [1, 2, 3, 4])
        for bank in log.banks {
            let values = log.values(bank, hashing: SwiftCryptoHash.self)
            let start = [UInt8](repeating: 0, count: bank.digestSize - 1)
            #expect(values[0] == extended(bank, from: start + [3], by: [Array("v1".utf8), Array("v2".utf8)]))
            #expect(values[7] == extended(bank, from: start + [0], by: [[0, 0, 0, 0]]))
            #expect(values[1]?.bytes == start + [0])
            #expect(values[17]?.bytes.allSatisfy { $0 == 0xFF } == true)
            #expect(values[23]?.bytes == start + [0])
        }
    }

    @Test func dynamicPCRStartsWithZerosWhereItHasEvents() throws {
        let log = try FirmwareLog(parsing: Self.agile + Self.event(17, 0x502, [1]))
        let zeros = [UInt8](repeating: 0, count: 32)
        let values = log.values(.sha256, hashing: SwiftCryptoHash.self)
        #expect(values[17] == extended(.sha256, from: zeros, by: [[1]]))
        #expect(values[18]?.bytes.allSatisfy { $0 == 0xFF } == true)
    }

    @Test func hardwareRootOfTrustStartsPCR0WithFour() throws {
        let log = try FirmwareLog(parsing: Self.sha1Only)
        #expect(!log.isCryptoAgile)
        let start = [UInt8](repeating: 0, count: 19)
        let values = log.values(.sha1, hashing: SwiftCryptoHash.self)
        #expect(values[0] == extended(.sha1, from: start + [4], by: [Array("HCRTM".utf8)]))
        #expect(values[4] == extended(.sha1, from: start + [0], by: [[0, 0, 0, 0]]))
    }

    /// Without a digest for the bank nobody can say what the PCR holds in it.
    @Test func bankThatAnEventLeavesOutHasNoValueForItsPCR() throws {
        var bytes = Self.agile
        bytes += [5, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x0B, 0] + SwiftCryptoHash.digest(.sha256, of: []).bytes
        bytes += [0, 0, 0, 0]
        let log = try FirmwareLog(parsing: bytes)
        #expect(log.values(.sha1, hashing: SwiftCryptoHash.self)[5] == nil)
        #expect(log.values(.sha1, hashing: SwiftCryptoHash.self)[7] != nil)
        #expect(log.values(.sha256, hashing: SwiftCryptoHash.self)[5] != nil)
    }

    @Test(arguments: [agile, sha1Only]) func cutLogIsRefusedOrHasFewerEvents(_ bytes: [UInt8]) throws {
        let whole = try FirmwareLog(parsing: bytes).events.count
        for length in bytes.indices {
            do throws(StructureError) {
                #expect(try FirmwareLog(parsing: [UInt8](bytes[..<length])).events.count < whole)
            } catch {
                #expect(error.code == .truncated)
            }
        }
    }

    @Test(arguments: [agile, sha1Only]) func bitFlipsNeverTrap(_ bytes: [UInt8]) {
        var flipped = bytes
        for bit in 0..<(8 * bytes.count) {
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            if let log = try? FirmwareLog(parsing: flipped) {
                for bank in log.banks { _ = log.values(bank, hashing: SwiftCryptoHash.self) }
            }
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }

    @Test func whatNoFirmwareWritesIsRefused() {
        #expect(problem(Self.agile) == nil)
        // PCR 24, extended.
        #expect(problem(Self.agile + Self.event(24, 4, [])) == .badEvent)
        // No digest at all, and extended.
        #expect(problem(Self.agile + [1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9]) == .badEvent)
        // Neither an event nor padding.
        #expect(problem(Self.agile + [0xFF, 0xFE]) == .truncated)
        for (place, value, code) in [
            (53, 3, .badValue), (55, 3, .badValue), (56, 0, .badSize), (62, 21, .badSize), (64, 4, .duplicate),
            (68, 1, .truncated), (8, 1, .badEvent),
        ] as [(Int, UInt8, StructureError.Code)] {
            var bytes = Self.agile
            bytes[place] = value
            #expect(problem(bytes) == code, "byte \(place)")
        }
        // An algorithm that record 0 does not name; the same one twice.
        var bytes = Self.agile
        bytes[69 + 12] = 0x0C
        #expect(problem(bytes) == .unknownAlgorithm)
    }

    /// A file that fits in one bank and not in another is not the file that was measured.
    @Test func fileExplainsAnEventOnlyInEveryBank() throws {
        let content: [UInt8] = [1, 2, 3]
        let file = LauncherFile(name: "x", content: content, hashing: SwiftCryptoHash.self)
        let log = try FirmwareLog(parsing: Self.agile + Self.event(9, 0x0D, [], measured: content))
        let event = try #require(log.events.last)
        #expect(event.isOf(file.digests(.file), in: log.banks))
        // No bank that is proven: nothing is.
        #expect(!event.isOf(file.digests(.file), in: []))
        for bank in log.banks {
            var digests = event.digests
            for index in digests.indices where digests[index].algorithm == bank.rawValue {
                let other = SwiftCryptoHash.digest(bank, of: [4]).bytes
                digests[index] = FirmwareLog.Digest(algorithm: bank.rawValue, bytes: other)
            }
            let changed = FirmwareLog.Event(
                number: 1, offset: 0, pcr: 9, type: 0x0D, digests: digests, data: event.data)
            #expect(!changed.isOf(file.digests(.file), in: log.banks))
            #expect(!changed.isOf(file.digests(.file), in: [bank]))
        }
        let unknown = FirmwareLog.Digest(algorithm: 0x12, bytes: [UInt8](repeating: 0, count: 32))
        let other = FirmwareLog.Event(number: 1, offset: 0, pcr: 9, type: 0x0D, digests: [unknown], data: [])
        #expect(!other.isOf(file.digests(.file), in: log.banks))
    }

    /// More digests than the log has banks, whichever they are.
    @Test func aThirdDigestOfTwoBanksIsRefused() {
        var event = Self.event(7, 4, [0, 0, 0, 0])
        event[8] = 3
        for third in [[0x0C, 0], [0x0B, 0], [0x04, 0]] as [[UInt8]] {
            event.insert(contentsOf: third + [UInt8](repeating: 1, count: 48), at: 66)
            #expect(problem(Self.agile + event) == .badSize)
        }
    }

    /// The profile has events that are not extended of PCR 0xFFFFFFFF.
    @Test func onlyWhatIsNotExtendedMayNameAnyPCR() {
        for pcr in [24, 0xFFFF_FFFF] as [UInt64] {
            for type in [3, 4, 8, 0xD] as [UInt32] {
                var event = Self.event(0, type, [0, 0, 0, 0])
                var number: [UInt8] = []
                number.append(littleEndian: pcr, byteCount: 4)
                event.replaceSubrange(0..<4, with: number)
                #expect(problem(Self.agile + event) == (type == 3 ? nil : .badEvent), "type \(type)")
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Measurement

@Suite struct EventLogTests {
    /// TCG_EfiSpecIDEvent for one SHA-256 bank, byte by byte (reference: TCG PC Client Platform Firmware Profile).
    @Test func recordZeroIsTheSpecIDEvent() {
        let expected: [UInt8] =
            [0, 0, 0, 0]  // pcrIndex
            + [3, 0, 0, 0]  // EV_NO_ACTION
            + [UInt8](repeating: 0, count: 20)  // SHA-1 slot
            + [33, 0, 0, 0]  // eventDataSize: 28 + 4 * 1 + 1
            + [UInt8]("Spec ID Event03".utf8) + [0]
            + [0, 0, 0, 0]  // client platform
            + [0, 2, 0, 2]  // 2.0 errata 0, 64-bit
            + [1, 0, 0, 0]  // one algorithm
            + [0x0B, 0, 32, 0]  // SHA-256
            + [0]  // no vendor information
        #expect(EventLog(banks: [.sha256]).bytes == expected)
        #expect(expected.count == 65)
    }

    @Test func banksStandInAscendingOrderWhateverTheTPMSays() {
        #expect(EventLog(banks: [.sha384, .sha1, .sha256]) == EventLog(banks: [.sha1, .sha256, .sha384]))
    }

    @Test func aRecordHoldsPCRTypeDigestsAndData() {
        var log = EventLog(banks: [.sha1])
        let before = log.bytes.count
        let digest = Digest(.sha1, exactly: [UInt8](repeating: 0xAA, count: 20))
        guard let pcr = PCRIndex(rawValue: 11) else { return }
        log.append(pcr: pcr, type: 6, digests: [digest], data: [1, 2, 3])
        let expected: [UInt8] =
            [11, 0, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 4, 0] + digest.bytes + [3, 0, 0, 0, 1, 2, 3]
        #expect([UInt8](log.bytes[before...]) == expected)
    }
}

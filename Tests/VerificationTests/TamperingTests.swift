// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Verification

/// Whatever is done to a log, it is refused, and the first wrong record is the one that it was done to.
@Suite struct TamperingTests {
    enum Source: CaseIterable {
        /// Tests/Fixtures/appliance-measurements.bin.
        case realBoot
        case twoBanks
        case threeBanks

        func get() throws -> QuotedLog {
            switch self {
            case .realBoot: try QuotedLog.fixture()
            case .twoBanks: try QuotedLog.launch()
            case .threeBanks: try QuotedLog.launch(banks: [.sha256, .sha384, .sha512])
            }
        }
    }

    /// The first wrong record, by reading or by replay; `nil` for a log that does not contradict itself.
    private func firstWrong(_ bytes: [UInt8]) -> Int? {
        do throws(LogError) {
            let log = try EventLogReader(parsing: bytes)
            return LaunchVerifier(log, Evidence(), hashing: SwiftCryptoHash.self).firstWrong?.record
        } catch {
            return error.record
        }
    }

    /// Against the PCR values of the log as it was: `nil` for a log that cannot be read.
    private func verify(_ bytes: [UInt8], _ pcrs: String) throws -> LaunchVerifier<SwiftCryptoHash>? {
        var evidence = Evidence()
        evidence.withoutLauncher = true
        evidence.pcrs = try PCRValues(parsing: Array(pcrs.utf8))
        do throws(LogError) {
            return LaunchVerifier(try EventLogReader(parsing: bytes), evidence, hashing: SwiftCryptoHash.self)
        } catch {
            return nil
        }
    }

    private func isRefused(_ log: QuotedLog, _ original: QuotedLog) throws -> Bool {
        try verify(log.bytes, original.pcrText(records: original.records.count))?.isGood != true
    }

    @Test(arguments: Source.allCases) func untouchedLogIsGood(_ source: Source) throws {
        let log = try source.get()
        #expect(firstWrong(log.bytes) == nil)
        #expect(try !isRefused(log, log))
    }

    @Test(arguments: Source.allCases) func droppedRecordIsFoundInItsPlace(_ source: Source) throws {
        let log = try source.get()
        for index in log.records.indices {
            var forged = log
            forged.records.remove(at: index)
            #expect(firstWrong(forged.bytes) == index + 1)
            #expect(try isRefused(forged, log))
        }
    }

    @Test(arguments: Source.allCases) func doubledRecordIsFoundWhereItStandsAgain(_ source: Source) throws {
        let log = try source.get()
        for index in log.records.indices {
            var forged = log
            forged.records.insert(log.records[index], at: index)
            #expect(firstWrong(forged.bytes) == index + 2)
            #expect(try isRefused(forged, log))
        }
    }

    @Test(arguments: Source.allCases) func everyTwoRecordsThatChangePlacesAreFoundAtTheFirst(
        _ source: Source
    ) throws {
        let log = try source.get()
        for first in log.records.indices {
            for second in log.records.indices where second > first {
                var forged = log
                forged.records.swapAt(first, second)
                #expect(firstWrong(forged.bytes) == first + 1)
                #expect(try isRefused(forged, log))
            }
        }
    }

    @Test(arguments: Source.allCases) func changedDigestOfAnyOneBankIsFound(_ source: Source) throws {
        let log = try source.get()
        for index in log.records.indices {
            for bank in log.banks.indices {
                var forged = log
                var bytes = forged.records[index].digests[bank].bytes
                bytes[bytes.count - 1] ^= 0x80
                forged.records[index].digests[bank] = try #require(Digest(log.banks[bank], bytes: bytes))
                #expect(firstWrong(forged.bytes) == index + 1)
                #expect(try isRefused(forged, log))
            }
        }
    }

    @Test(arguments: Source.allCases) func anyByteOfDataThatChangesIsFoundInItsRecord(_ source: Source) throws {
        let log = try source.get()
        for index in log.records.indices {
            for place in log.records[index].data.indices {
                var forged = log
                forged.records[index].data[place] ^= 1
                #expect(firstWrong(forged.bytes) == index + 1, "byte \(place)")
            }
        }
    }

    /// The digests are put right, so only the cap still tells.
    @Test(arguments: Source.allCases) func changedDataWithItsDigestsIsFoundAtTheCap(_ source: Source) throws {
        let log = try source.get()
        for index in 0..<log.capNumber {
            var forged = log
            forged.changeData(index)
            forged.recomputeDigests(index)
            #expect(firstWrong(forged.bytes) == log.capNumber)
            #expect(try isRefused(forged, log))
        }
    }

    /// Everything is put right, so only the TPM still tells.
    @Test(arguments: Source.allCases) func wellForgedLogIsNotWhatTheTPMHolds(_ source: Source) throws {
        let log = try source.get()
        for index in 0..<(log.capNumber - 1) {
            var forged = log
            forged.changeData(index)
            forged.recomputeDigests(index)
            forged.recomputeCap()
            #expect(firstWrong(forged.bytes) == nil)
            let verifier = try #require(try verify(forged.bytes, log.pcrText(records: log.records.count)))
            #expect(!verifier.isGood)
            let failed = verifier.checks.filter { $0.status == .failed }
            #expect(failed.map(\.subject) == log.banks.map { _ in .pcrs })
            #expect(failed.allSatisfy { $0.text.contains("no prefix of the log") })
        }
    }

    @Test(arguments: Source.allCases) func cutLogIsRefusedAtTheRecordThatTheCutIsIn(_ source: Source) throws {
        let log = try source.get()
        let bytes = log.bytes
        let offsets = try EventLogReader(parsing: bytes).records.map { $0.offset } + [bytes.count]
        let pcrs = log.pcrText(records: log.records.count)
        for length in bytes.indices {
            let cut = [UInt8](bytes[..<length])
            let whole = offsets.filter { $0 <= length }.count - 1
            if let verifier = try verify(cut, pcrs) {
                #expect(offsets.contains(length))
                #expect(!verifier.isGood)
            } else {
                #expect(firstWrong(cut) == whole + 1, "cut to \(length)")
            }
        }
    }

    @Test(arguments: Source.allCases) func nothingMayFollowTheEnd(_ source: Source) throws {
        let log = try source.get()
        for record in log.records {
            var forged = log
            forged.records.append(record)
            #expect(firstWrong(forged.bytes) == log.records.count + 1)
            #expect(try isRefused(forged, log))
        }
    }

    @Test(arguments: Source.allCases) func recordsThatWereNeverExtendedAreTold(_ source: Source) throws {
        let log = try source.get()
        for count in log.records.indices {
            let verifier = try #require(try verify(log.bytes, log.pcrText(records: count)))
            #expect(!verifier.isGood)
            let failed = verifier.checks.filter { $0.status == .failed }
            #expect(failed.count == log.banks.count)
            let words = count == 0 ? "holds nothing of the log" : "up to record \(count) ("
            #expect(failed.allSatisfy { $0.text.contains(words) })
        }
    }
}

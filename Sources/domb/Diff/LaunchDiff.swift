// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform

/// What differs between two launches, and what that does to the PCR.
struct LaunchDiff {
    /// The PCR's value in one bank at the end of each log.
    struct Effect: Equatable {
        let a: Digest
        let b: Digest

        var bank: HashAlgorithm { a.algorithm }
        var isSame: Bool { a == b }
    }

    /// The records from which on the PCRs differ.
    struct Parting: Equatable {
        /// Counted from 1.
        let record: Int
        /// `nil` where that log has ended.
        let a: EventLogReader.Content?
        let b: EventLogReader.Content?
    }

    let changes: [Change]
    let gaps: [LaunchComparison.Gap]
    let unreached: (side: LaunchComparison.Side, places: [Change.Place])?
    /// For each bank that both logs have; empty where one side is an LCM, which leads to no PCR by itself.
    private(set) var effects: [Effect] = []
    /// Banks that one log has and the other has not: the TPM's affair, and no difference of the launches.
    private(set) var unsharedBanks: (a: [HashAlgorithm], b: [HashAlgorithm]) = ([], [])
    private(set) var parting: Parting?

    var isSame: Bool { changes.isEmpty && effects.allSatisfy { $0.isSame } }

    init(_ a: DiffInput, _ b: DiffInput) {
        let besideLog = a.log != nil || b.log != nil
        let comparison = LaunchComparison(
            a.statement(besideLog: besideLog), b.statement(besideLog: besideLog))
        gaps = comparison.gaps
        unreached = comparison.unreached
        guard let logOfA = a.log, let logOfB = b.log else {
            changes = comparison.changes
            return
        }
        let records = RecordComparison(logOfA.reader, logOfB.reader)
        // What nothing better is known of is told by record: no difference is ever passed over.
        changes =
            comparison.changes + (comparison.changes.isEmpty ? records.dataChanges : []) + records.digestChanges
        parting = records.parting
        unsharedBanks = records.unsharedBanks
        for value in logOfA.replay.values {
            guard let other = logOfB.replay.values.first(where: { $0.algorithm == value.algorithm }) else { continue }
            effects.append(Effect(a: value, b: other))
        }
    }
}

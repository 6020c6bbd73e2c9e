// SPDX-License-Identifier: Apache-2.0

import Sequencer

extension ModelCheck {
    struct Result: Sendable {
        private(set) var runs = 0
        /// With a PV domain.
        private(set) var pv = 0
        private(set) var complete = 0
        private(set) var partial = 0
        private(set) var recovered = 0
        private(set) var halted = 0
        /// What does not hold, and where.
        var problems: [(text: String, place: String)] = []

        /// One line for everything that is broken, with its first example.
        var summary: [String] {
            let kinds = Dictionary(grouping: problems) { $0.text }.sorted { $0.key < $1.key }
            return kinds.map { "\($0.key): \($0.value.count) times, as in \($0.value[0].place)" }
        }

        mutating func count(_ end: LaunchEnd?, hasPV: Bool) {
            runs += 1
            if hasPV { pv += 1 }
            switch end {
            case .complete: complete += 1
            case .partial: partial += 1
            case .recovered: recovered += 1
            case .none: halted += 1
            }
        }

        mutating func add(_ other: Result) {
            runs += other.runs
            pv += other.pv
            complete += other.complete
            partial += other.partial
            recovered += other.recovered
            halted += other.halted
            problems += other.problems
        }
    }
}

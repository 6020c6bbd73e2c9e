// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// A fault of DomB's that the check must catch: a good launch, and what a DomB with the fault would have left of it. The
/// invariants see a run's record alone, so a record that was changed is as good as a program that was.
struct PlantedFault: Sendable {
    /// "I1"
    let invariant: String
    let name: String
    /// What is told of the faulty run; nothing where nothing was noticed.
    let told: @Sendable () -> [String]

    static let all: [PlantedFault] = measured + ordered + ended + demanded

    /// Three domains, 3 after 1, in two banks.
    static func launch(_ change: (inout SmallLaunch) -> Void = { _ in }) -> SmallLaunch {
        var launch = SmallLaunch([[], [], [0]])
        launch.tpm = SimulatedTPM(banks: [HashAlgorithm.sha1.rawValue, HashAlgorithm.sha256.rawValue])
        change(&launch)
        return launch
    }

    /// `change` does to the run's record what the fault would have done. A launch that is not good by itself is told, too.
    init(
        _ invariant: String, _ name: String,
        of launch: @escaping @Sendable () -> SmallLaunch = { PlantedFault.launch() },
        fault: Invariants.TPMFault? = nil, _ change: @escaping @Sendable (inout DoctoredRun) -> Void
    ) {
        self.invariant = invariant
        self.name = name
        told = {
            let launch = launch()
            let good = launch.run()
            if let problem = Invariants(launch, good).broken { return ["not good by itself: \(problem)"] }
            var run = DoctoredRun(good)
            change(&run)
            return Invariants(launch, run.run, fault: fault).broken.map { [$0] } ?? []
        }
    }

    /// Two runs of one launch whose logs differ.
    init(_ invariant: String, _ name: String, logsOf launches: @escaping @Sendable () -> (SmallLaunch, SmallLaunch)) {
        self.invariant = invariant
        self.name = name
        told = {
            let (one, other) = launches()
            return ModelCheck.difference(one.run(), other.run()).map { [$0] } ?? []
        }
    }

    init(_ invariant: String, _ name: String, reader: @escaping @Sendable (String) -> LaunchArguments?) {
        self.invariant = invariant
        self.name = name
        told = { Demands.broken(reader).problem.map { [$0] } ?? [] }
    }
}

/// A run whose record is being changed.
struct DoctoredRun {
    private var original: LaunchRun
    var entries: [TraceEntry]
    var logs: [[UInt8]]
    var measurements: [(domid: DomainID, name: [UInt8], digest: Digest)]
    var tpm: SimulatedTPM
    var host: SimulatedHypervisor
    var end: LaunchEnd?

    init(_ run: LaunchRun) {
        original = run
        entries = run.journal.entries
        logs = run.journal.eventLogs
        measurements = run.journal.measurements
        tpm = run.tpm
        host = run.host
        end = run.end
    }

    var run: LaunchRun {
        var journal = RecordingJournal()
        for entry in entries { journal.record(entry) }
        for log in logs { journal.publish(eventLog: log, digest: SwiftCryptoHash.digest(.sha256, of: log)) }
        for measured in measurements { journal.measured(measured.domid, name: measured.name, digest: measured.digest) }
        var run = original
        run.journal = journal
        run.tpm = tpm
        run.host = host
        run.end = end
        return run
    }

    func first(_ operation: Platform.Operation, of domid: UInt16? = nil) -> Int {
        entries.firstIndex { $0.operation == operation && (domid == nil || $0.domid?.rawValue == domid) } ?? 0
    }

    func last(_ operation: Platform.Operation) -> Int { entries.lastIndex { $0.operation == operation } ?? 0 }

    mutating func move(_ place: Int, before other: Int) {
        let entry = entries.remove(at: place)
        entries.insert(entry, at: other > place ? other - 1 : other)
    }

    /// The same operation, done once more at the end or at a place.
    mutating func repeatEntry(_ place: Int, at other: Int? = nil) {
        entries.insert(entries[place], at: other ?? entries.count)
    }

    mutating func replaceEntry(_ place: Int, domid: UInt16? = nil, result: Int64? = nil) {
        let old = entries[place]
        entries[place] = TraceEntry(
            operation: old.operation, domid: domid.flatMap { DomainID(rawValue: $0) } ?? old.domid,
            result: result ?? old.result, start: old.start, end: old.end, detail: old.detail)
    }

    /// A TPM that got these extends alone.
    mutating func extend(only extends: some Sequence<(pcr: PCRIndex, digests: [Digest])>) {
        var other = SimulatedTPM(banks: tpm.banks)
        for extend in extends { try? other.extend(extend.pcr, extend.digests) }
        tpm = other
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import LaunchControl
import Platform
import SimulatedPlatform

/// How long a launch computes besides hypercalls (with the hashing of content in them) and TPM commands. What the records
/// themselves take to hash counts as DomB's.
struct ShareCommand {
    private let domains: UInt16
    private let rounds: Int

    init(_ options: Options) throws(Options.Wrong) {
        var options = options
        domains = try options.take("--domains", default: 8, in: TPMRehearsal.domains)
        rounds = try options.take("--rounds", default: 200, in: 1...100_000)
        try options.finish()
    }

    func run() {
        var shares: [UInt64] = []
        var operations = 0
        let settings = LaunchSettings(tpmPolicy: .require, handoff: .shutdown)
        for _ in 0..<rounds {
            var rehearsal = TPMRehearsal(domains: domains, settings: settings)
            let tpm = SimulatedTPM(banks: [HashAlgorithm.sha1.rawValue, HashAlgorithm.sha256.rawValue])
            let start = MonotonicClock.nanoseconds(CLOCK_THREAD_CPUTIME_ID)
            // In nanoseconds, unlike any other journal's: nothing here is put off, so nobody else looks at it.
            let stopwatch = RecordingJournal { MonotonicClock.nanoseconds(CLOCK_THREAD_CPUTIME_ID) }
            let outcome = rehearsal.run(tpm: tpm, journal: stopwatch)
            let total = MonotonicClock.nanoseconds(CLOCK_THREAD_CPUTIME_ID) - start
            guard outcome.failure == nil else { return DomBRehearse.tell("the launch failed\n") }
            let entries = outcome.journal.entries
            shares.append(entries.reduce(total) { $0 - ($1.end - $1.start) })
            operations = entries.count
        }
        shares.sort()
        print(
            "domains \(domains) operations \(operations) share-ns least \(shares[0]) median \(shares[shares.count / 2])"
        )
    }
}

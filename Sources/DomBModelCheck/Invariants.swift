// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// What must hold in every run, whatever goes wrong: docs/architecture.md has I1 to I8. Each answer is the first that does
/// not, in words that begin with its number; `nil` where all do.
struct Invariants {
    /// One TPM command that went wrong, counted from 0.
    typealias TPMFault = (command: Int, kind: SimulatedTPM.Fault)

    let launch: SmallLaunch
    let run: LaunchRun
    let fault: TPMFault?
    let entries: [TraceEntry]
    let recovery: DomainID?
    /// Successful unpauses, as places in `entries`.
    let unpauses: [Int]

    init(_ launch: SmallLaunch, _ run: LaunchRun, fault: TPMFault? = nil) {
        self.launch = launch
        self.run = run
        self.fault = fault
        entries = run.journal.entries
        recovery = launch.lcm.domains.first { $0.roles.contains(.recovery) }?.domid
        unpauses = run.journal.entries.indices.filter {
            [.unpause, .unpauseAtHandoff].contains(run.journal.entries[$0].operation)
                && run.journal.entries[$0].result == 0
        }
    }

    var broken: String? {
        measured() ?? untouched() ?? explained() ?? planned() ?? stored() ?? inOrder() ?? closed() ?? whole()
            ?? traced()
    }

    /// The Recovery Domain runs; or may run, where Xen unpaused it and then did not tell: such a launch ends as a failed one.
    var isRecovered: Bool {
        if case .recovered = run.end { return true }
        guard let place = unpauses.last, entries[place].domid == recovery,
            let answer = entries[(place + 1)...].first(where: { $0.domid == recovery })
        else { return false }
        return answer.operation == .getInfo && answer.result != 0
    }

    var isPartial: Bool { if case .partial = run.end { true } else { false } }

    var ordinary: [Int] { unpauses.filter { entries[$0].domid != recovery } }

    func domain(_ domid: DomainID?) -> DomainDescription? { launch.lcm.domains.first { $0.domid == domid } }

    /// That a TPM, or somebody on its bus, lies about what it did: what it holds in the end is its own affair.
    var isDeceived: Bool {
        switch fault?.kind {
        case .pretend, .reset, .restart: true
        case .refuse, .loseAnswer, .resume, .vanish, .flipBit, .none: false
        }
    }

    /// The log's last form, read, and what it leads to; `nil` where it cannot be read.
    static func replay(_ log: [UInt8]) -> (reader: EventLogReader, replay: LogReplay)? {
        do throws(LogError) {
            let reader = try EventLogReader(parsing: log)
            return (reader, LogReplay(reader, hashing: SwiftCryptoHash.self))
        } catch {
            return nil
        }
    }

    static func isUnmeasured(_ reader: EventLogReader) -> Bool {
        reader.records.prefix(2).contains {
            if case .event(.unmeasured, _) = $0.content { true } else { false }
        }
    }

    static func isCapped(_ reader: EventLogReader) -> Bool {
        reader.records.contains { if case .separator = $0.content { true } else { false } }
    }

    /// Whether the TPM holds in every active bank what the log leads to, and the log has every active bank.
    func isHeld(_ reader: EventLogReader, _ values: [Digest]) -> Bool {
        guard reader.banks.map({ $0.rawValue }) == run.tpm.banks.sorted() else { return false }
        return zip(reader.banks, values).allSatisfy { bank, value in
            run.tpm.registers[bank]?[Int(PCRIndex.standard.rawValue)] == value
        }
    }
}

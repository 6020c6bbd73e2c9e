// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

/// The host as a launch sees it: Xen, the domains' memory, the TPM and the journal, each operation traced. A dry run is
/// the same code on other types.
public struct Machine<
    Host: Hypervisor & ImageSource & DomainEvents & Xenstore & ~Copyable, Store: MeasurementStore & ~Copyable,
    Log: Journal & ~Copyable,
    Hash: ContentHash
>: ~Copyable {
    /// Xen, xenstore and the domains' memory.
    public var host: Host
    /// The TPM.
    public var store: Store
    /// Console and clock.
    public var journal: Log
    /// Who launches, and what the measured command line demands.
    let arguments: LaunchArguments
    /// Exists from the moment that the active banks are known.
    var recorder: Recorder<Hash>?
    /// Whether a TPM has answered: once it has, it must not fail.
    var storeAnswers = false
    /// As they were before the first measurement; `nil` where no TPM answers.
    var resetCounts: TPMResetCounts?
    /// Where domains want the log, from the moment that it is capped.
    var logRegions: [(domid: DomainID, place: Segment)] = []
    /// An active bank that DomB cannot hash, or a PCR that is out of reach: it stays open whatever is recorded.
    var staysOpen = false
    /// Why no TPM answered, where the launch goes on without: from then on nothing is extended, since its log leads to no PCR.
    var absence: TPMError?
    var isUnmeasured = false
    /// What of the Recovery Domain is configured.
    var recoveryConfigured: [ConfigOperation.Moment] = []
    var order = LaunchOrder(DependencyGraph(dependencies: []), apart: nil)
    /// The failure of the first domain in LCM order that was left out.
    var firstSkipped: LaunchFailure?
    var firstSkippedIndex = 0
    /// What came of recording a failure: a log has one at most.
    var closure: PCRClosure?
    /// Domains that were waited for and came, and when, in microseconds.
    public internal(set) var ready: [(domid: DomainID, time: UInt64)] = []
    /// Domains that run, in the order in which they were unpaused.
    public internal(set) var unpaused: [DomainID] = []
    /// Domains that the handoff unpauses, in that order.
    public internal(set) var atHandoff: [DomainID] = []

    public init(
        host: consuming Host, store: consuming Store, journal: consuming Log, hashing: Hash.Type,
        arguments: LaunchArguments = LaunchArguments()
    ) {
        self.arguments = arguments
        self.host = host
        self.store = store
        self.journal = journal
    }

    mutating func traced<Result>(
        _ operation: Operation, _ domid: DomainID? = nil, detail: (Result) -> Line = { _ in Line() },
        _ body: (inout Host) throws(HypercallError) -> Result
    ) throws(HypercallError) -> Result {
        let start = journal.now()
        do throws(HypercallError) {
            let result = try body(&host)
            record(operation, domid, 0, since: start, detail: detail(result))
            return result
        } catch {
            record(operation, domid, -Int64(error.code), since: start)
            throw error
        }
    }

    /// Puts an operation in the trace that was not issued through the machine.
    public mutating func record(
        _ operation: Operation, _ domid: DomainID?, _ result: Int64, since start: UInt64, detail: Line = Line()
    ) {
        journal.record(
            TraceEntry(
                operation: operation, domid: domid, result: result, start: start, end: journal.now(), detail: detail))
    }

    /// Gives the TPM back and keeps Xen, for the last hypercall.
    public consuming func releaseStore() -> Host { host }
}

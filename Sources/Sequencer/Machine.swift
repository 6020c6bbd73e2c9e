// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

/// The host as a launch sees it: Xen, the domains' memory and the TPM. A dry run is the same code on other types.
public struct Machine<
    Host: Hypervisor & Unpausing & ImageSource & DomainEvents & Xenstore & ~Copyable,
    TPM: TPMDevice & ~Copyable, Hash: ContentHash
>: ~Copyable {
    /// Xen, xenstore and the domains' memory, and the journal, into which they write whatever they are asked.
    public var host: Host
    /// The TPM.
    public var tpm: TPM
    /// Who launches, and what the measured command line demands.
    let arguments: LaunchArguments
    /// Of a launch that was not refused.
    public internal(set) var plan: LaunchPlan?
    /// Exists from the moment that the active banks are known.
    var recorder: Recorder<Hash>?
    /// Whether a TPM has answered: once it has, it must not fail.
    var tpmAnswers = false
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
    /// The first domain in LCM order that was left out, and why.
    var firstSkipped: (index: Int, failure: LaunchFailure)?
    /// What came of recording a failure: a log has one at most.
    var closure: PCRClosure?
    /// Domains that were waited for and came, and when, in microseconds.
    public internal(set) var ready: [(domid: DomainID, time: UInt64)] = []
    /// Domains that run, in the order in which they were unpaused.
    public internal(set) var unpaused: [DomainID] = []
    /// Domains that the handoff unpauses, in that order.
    public internal(set) var atHandoff: [DomainID] = []
    /// What lets the handoff unpause them.
    var proof: MeasurementProof?

    public init(
        host: consuming Host, tpm: consuming TPM, hashing: Hash.Type,
        arguments: LaunchArguments = LaunchArguments()
    ) {
        self.arguments = arguments
        self.host = host
        self.tpm = tpm
    }

    /// Gives the TPM back and keeps Xen, for the last hypercall.
    public consuming func releaseTPM() -> Host { host }
}

// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform

/// What a failure leads to: a table without effects. docs/failures.md is written from it.
public enum FailurePolicy {
    /// Every failure is of one of these kinds.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// Console, mounts, kernel modules, the boot domain's own command line.
        case preparation
        /// The construct stage could not build the domains.
        case construction
        /// The LCM is missing, damaged or malformed.
        case lcm
        /// Xen or the TPM cannot be asked.
        case facts
        /// The plan is refused.
        case plan
        /// An operation on a domain failed, or Xen does not keep it.
        case configuration
        /// Nodes of xenstore, which are written for all domains at once.
        case xenstore
        /// A domain cannot be measured, or is not what the LCM expects.
        case measurement
        /// The TPM failed, or what it holds is not what the log leads to.
        case tpm
        /// The log cannot be left in a domain's memory.
        case logDelivery
        /// Xen refuses to unpause a domain.
        case unpause
        /// A domain was not ready in time.
        case timeout
        /// A domain shut down or died before it was ready.
        case stopped
        /// Events or xenstore cannot be had.
        case events
        /// The last step was refused.
        case handoff
    }

    /// What follows where `kind` failed, for a domain with this wish; without a domain the wish is `halt`. Halting, nothing
    /// more is unpaused, error and cap go into log and PCR, and then `domb.end=` happens. So it does where the Recovery
    /// Domain cannot run: it does only once its record, the error and the cap were read back from the PCR.
    public static func answer(_ kind: Kind, _ wish: DomainConduct.OnFailure) -> DomainConduct.OnFailure {
        switch kind {
        // Nothing has had an effect, or no domain is to blame, or there is nobody left to ask.
        case .preparation, .construction, .lcm, .facts, .plan, .tpm, .events, .handoff: .halt
        // I1: nothing runs before every domain is measured, so none can be left out. One transaction is for all.
        case .measurement, .xenstore: wish == .recover ? .recover : .halt
        case .configuration, .logDelivery, .unpause, .timeout, .stopped: wish
        }
    }
}

extension LaunchFailure {
    /// Of which kind of the table it is.
    public var kind: FailurePolicy.Kind {
        if case .tpm = cause { return .tpm }
        if case .readiness(let failure) = cause {
            switch failure {
            case .timeout: return .timeout
            case .shutDown, .gone: return .stopped
            case .stillPaused: return .unpause
            }
        }
        switch stage {
        case .prepare: return .preparation
        case .construct: return .construction
        case .lcm: return .lcm
        case .facts: return .facts
        case .plan: return .plan
        case .configure:
            if case .configuration(let error) = cause, error.isInXenstore { return .xenstore }
            return domid == nil ? .xenstore : .configuration
        // Without a domain it is the launch's own records that failed.
        case .measure: return domid == nil ? .tpm : .measurement
        case .cap: return domid == nil ? .tpm : .logDelivery
        case .unpause: return .unpause
        case .ready: return .events
        case .handoff: return .handoff
        }
    }
}

extension ConfigError {
    fileprivate var isInXenstore: Bool {
        switch self {
        case .hypercall(let operation, _), .notKept(let operation): operation.moment == .inXenstore
        case .node, .nodeNotKept, .transactionLost: true
        case .noRing, .other: false
        }
    }
}

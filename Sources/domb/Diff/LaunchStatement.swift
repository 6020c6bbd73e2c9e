// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform

/// What a log or an LCM says of a launch, in one form for both, so that any two can be compared.
struct LaunchStatement {
    /// What the error record of a failed launch says, and how a launch ended.
    struct Ending {
        var errors: [LaunchEvent.ErrorRecord]
        var outcome: LogReplay.Outcome

        /// Whether every measurement was made: what is missing otherwise was not reached.
        var isWhole: Bool
        /// A launch that failed may have been too broken to close the PCR.
        var isCapped: Bool
    }

    /// How far the measuring came.
    var extent: String {
        guard let ending, !ending.isWhole else { return "whole" }
        return ending.isCapped ? "in part" : "in part, and the PCR was left open"
    }

    struct Module: Equatable {
        var byteCount: UInt64
        var digest: Digest
    }

    struct NextInit: Equatable {
        var path: [UInt8]
        var byteCount: UInt64
        var digest: Digest
    }

    struct Settings: Equatable {
        var tpmPolicy: TPMPolicy
        var coverage: Coverage
        var handoff: HandoffKind
        /// Empty unless the handoff is `exec`.
        var handoffTarget: [UInt8]
    }

    /// `nil` where an LCM names none.
    var pcr: Said<PCRIndex?> = .unsaid
    var identity: Said<LaunchEvent.Identity?> = .unsaid
    var unmeasured: Said<TPMPolicy?> = .unsaid
    var lcm: Said<Module?> = .unsaid
    var nextInit: Said<NextInit?> = .unsaid
    /// `nil` where a log has no configuration record.
    var settings: Settings?
    /// In LCM order.
    var domains: [DomainStatement] = []
    /// Only a log has one.
    var ending: Ending?

    /// A launch that failed or broke off has not come to what is missing in it.
    var isWhole: Bool { ending?.isWhole ?? true }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// For whom a prediction is written.
enum PredictionFormat: String, ExpressibleByArgument, CaseIterable {
    /// People.
    case table
    /// Schema domb-predict.
    case json
    /// systemd-pcrlock.
    case pcrlock
    /// Keylime's tpm_policy.
    case keylime
    /// A policy digest for what is sealed to the PCR.
    case policy = "tpm2-policy"
    /// The event log itself.
    case log
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// What one record does to the PCR, in every bank, in the log's order.
public struct PCRExtension: Equatable, Sendable {
    /// What to extend.
    public let digests: [Digest]
    /// The PCR's values without it, by the log.
    public let before: [Digest]
    /// And with it.
    public let after: [Digest]
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// An operation failed, or Xen or xenstore did not keep what it was told.
public enum ConfigError: Error, Equatable, Sendable {
    case hypercall(ConfigOperation, HypercallError)
    case notKept(ConfigOperation)
    /// The builder gave the domain no page for the ring.
    case noRing(ConfigOperation)
    /// A request about this node failed.
    case node([UInt8], ConfigOperation, HypercallError)
    /// The node does not hold what was written.
    case nodeNotKept([UInt8], ConfigOperation)
    /// Others changed xenstore each time.
    case transactionLost(attempts: Int)
    /// Xen gave another port than the LCM says.
    case otherPort(ConfigOperation, UInt32)
}

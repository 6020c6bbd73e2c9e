// SPDX-License-Identifier: Apache-2.0

import Platform

/// An operation failed, or Xen did not keep what it was told.
public enum ConfigError: Error, Equatable, Sendable {
    case hypercall(ConfigOperation, HypercallError)
    case notKept(ConfigOperation)
    /// Xen gave another port than the LCM says.
    case otherPort(ConfigOperation, UInt32)
}

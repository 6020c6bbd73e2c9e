// SPDX-License-Identifier: Apache-2.0

import Platform

extension ShutdownReason {
    /// SHUTDOWN_reboot
    public static let reboot = ShutdownReason(rawValue: 1)
    /// SHUTDOWN_crash
    public static let crash = ShutdownReason(rawValue: 3)
}

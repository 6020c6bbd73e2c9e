// SPDX-License-Identifier: Apache-2.0

/// What a measured image is to its domain. The numbers stand in the event log.
public enum ImageRole: UInt16, Sendable {
    case kernel = 1
    case ramdisk = 2

    public var name: StaticString {
        switch self {
        case .kernel: "kernel"
        case .ramdisk: "ramdisk"
        }
    }
}

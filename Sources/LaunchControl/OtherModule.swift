// SPDX-License-Identifier: Apache-2.0

import Platform

/// A module of a domain that is neither kernel nor ramdisk.
public struct OtherModule: Equatable, Sendable {
    /// What it is for, by the word behind `module,`.
    public enum Kind: Word, Sendable {
        case deviceTree = "device-tree"
        case config = "config"
        case microcode = "microcode"
        case securityPolicy = "xsm-policy"
    }

    /// Microcode and the security policy are the hypervisor's, whatever domain the LCM gives them to.
    public var isDomains: Bool { kind == .deviceTree || kind == .config }

    /// What it is for.
    public var kind: Kind
    /// Where it lies, and its digest where the LCM gives one.
    public var image: ImageReference

    public init(kind: Kind, image: ImageReference) {
        self.kind = kind
        self.image = image
    }
}

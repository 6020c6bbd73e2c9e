// SPDX-License-Identifier: Apache-2.0

import LaunchControl

extension ParseError {
    /// docs/lcm.md: every property of DomB's own.
    static let dombProperties =
        [
            "domb,pcr", "domb,tpm", "domb,coverage", "domb,handoff", "domb,handoff-target", "domb,xenstored",
            "domb,cpupools", "domb,depends-on",
            "domb,weight", "domb,cap", "domb,soft-affinity", "domb,load", "domb,size", "domb,digest", "domb,log-region",
        ] + (ExtendedConfiguration.keys + DomainConduct.keys).map { "domb,\($0)" }
    /// The same in the text of an xLCM.
    static let textKeys =
        [
            "pcr", "tpm", "coverage", "handoff", "handoff-target", "xenstored", "cpupools", "name", "uuid",
            "depends-on",
            "weight", "cap",
            "mem-max",
            "hard-affinity", "soft-affinity", "bootargs", "load", "kernel-digest", "ramdisk-digest", "ramdisk-size",
            "log-region",
        ] + (ExtendedConfiguration.keys + DomainConduct.keys).map { $0.description }

    /// The name that an unknown one may have been meant for.
    var suggestion: String? {
        guard code == .unknownDombProperty, let colon = place.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = String(decoding: place[(colon + 1)...], as: UTF8.self)
        return NearName.suggestion(for: name, among: name.hasPrefix("domb,") ? Self.dombProperties : Self.textKeys)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// The two releases of Xen on which it depends what a new domain looks like.
public struct XenReleases: Equatable, Sendable {
    /// The hypervisor's: what it gives back of a vcpu.
    public var running: XenRelease
    /// That of the libraries in domb-construct: what libxenguest leaves in the domain.
    public var libraries: XenRelease

    /// Those with which this repository's programs are built, on the Xen that they come from.
    public static let usual = XenReleases(running: .xen420, libraries: .xen420)

    public init(running: XenRelease, libraries: XenRelease) {
        self.running = running
        self.libraries = libraries
    }
}

// SPDX-License-Identifier: Apache-2.0

import CXenInterface
import Platform

/// What this program and the Xen that runs have agreed on, before anything is asked by a domctl or a sysctl.
public struct XenAgreement: Sendable {
    /// What the program was built with.
    public let built: XenInterface
    /// `nil` where Xen could not be asked: then nothing else can be, either.
    public let running: XenInterface?

    /// Asks Xen, and speaks its numbers from here on where the structures are known to be the same. To be made before there
    /// are threads. The corresponding hypercalls are XENVER_version, and a domctl and a sysctl that have no effect.
    public init() {
        built = XenInterface(domb_built_interface())
        var found = domb_interface()
        // Safety: the structure is ours and lives through the call.
        guard unsafe domb_running_interface(&found) == 0 else {
            running = nil
            return
        }
        let running = XenInterface(found)
        self.running = running
        if built.serves(running) { domb_speak(found) }
    }

    /// Throws where this is no Xen for the program. `version` is all that Xen says of itself, where it was asked: a
    /// development tree may have a release's numbers and other structures, and serves only what was built for it.
    public func check(version: [UInt8]? = nil, for program: OtherXen.Program) throws(OtherXen) {
        guard let running else { return }
        let isKnown = version.map { XenRelease(version: $0) != nil } ?? true
        guard running == built || isKnown && built.serves(running) else {
            throw OtherXen(
                version: version ?? running.version.bytes, running: running, built: built, program: program)
        }
    }
}

extension XenInterface {
    fileprivate init(_ interface: domb_interface) {
        self.init(version: interface.version, domctl: interface.domctl, sysctl: interface.sysctl)
    }
}

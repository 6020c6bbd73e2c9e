// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform
import Prediction

/// Which releases of Xen a launch is predicted for.
struct ReleaseOptions: ParsableArguments {
    /// "4.22".
    struct Release: ExpressibleByArgument {
        let value: XenRelease

        init?(argument: String) {
            guard let value = XenRelease(version: Array(argument.utf8)) else { return nil }
            self.value = value
        }

        static var allValueStrings: [String] { XenRelease.allCases.map { text($0.name.bytes) } }
    }

    @Option(help: "Predict as for this release, where --xen-version is none that domb knows.")
    var assume: Release?
    @Option(help: "The release whose libraries domb-construct was built with. (default: 4.20)")
    var libraries: Release?

    /// `version` is what Xen says of itself.
    func releases(_ version: [UInt8]) throws -> XenReleases {
        let libraries = libraries?.value ?? XenReleases.usual.libraries
        if let running = XenRelease(version: version) {
            guard assume.map({ $0.value == running }) ?? true else {
                throw ValidationError("--assume: Xen \(text(version)) is a release that domb knows")
            }
            return XenReleases(running: running, libraries: libraries)
        }
        guard let assumed = assume?.value else {
            throw CommandFailure.refusal(
                "Xen \(text(version)) is no release that this domb knows, which are "
                    + Release.allValueStrings.joined(separator: ", ") + "; --assume predicts it as one of them")
        }
        Diagnostics.write(
            "domb: note: Xen \(text(version)) is predicted as \(text(assumed.name.bytes)); whether it does the same was not "
                + "compared: boot once, and compare the logs (domb diff)")
        return XenReleases(running: assumed, libraries: libraries)
    }
}

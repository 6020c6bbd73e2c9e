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
    @Option(
        help: "The release whose libraries domb-construct was built with. (default: what the file of --domb-init says)")
    var libraries: Release?

    /// `version` is what Xen says of itself, `program` the domb-init that will boot, where it is given.
    func releases(_ version: [UInt8], program: (name: String, content: [UInt8])?) throws -> XenReleases {
        let running = try running(version)
        let usual = XenReleases.usual.libraries
        let libraries =
            try libraries?.value ?? program.map(Self.libraries)
            ?? (XenInterface(usual).serves(XenInterface(running)) ? usual : running)
        guard XenInterface(libraries).serves(XenInterface(running)) else {
            let other = OtherXen(
                version: version, running: XenInterface(running), built: XenInterface(libraries), program: .construct)
            throw CommandFailure.refusal("the launch would fail: \(text(other.message.bytes))")
        }
        return XenReleases(running: running, libraries: libraries)
    }

    /// What CXenInterface put into the program: a note of the owner "DomB", three words of it. Programs of other builds, which
    /// have none, count as the usual ones.
    private static func libraries(of program: (name: String, content: [UInt8])) throws(CommandFailure) -> XenRelease {
        let path = program.name
        let notes: [ELFNotes.Note]
        do throws(ELFKernel.Problem) {
            notes = try ELFNotes(parsing: program.content).values("DomB", 1)
        } catch {
            throw .malformed("\(path): \(error.text)")
        }
        guard let value = notes.first?.value, value.count == 12 else { return XenReleases.usual.libraries }
        func word(_ index: Int) -> UInt32 {
            value.dropFirst(4 * index).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        let built = XenInterface(version: word(0), domctl: word(1), sysctl: word(2))
        guard let release = built.release else {
            throw .refusal(
                "\(path): built for Xen \(text(built.version.bytes)), which is no release that this domb knows; --libraries "
                    + "predicts as one of them")
        }
        return release
    }

    private func running(_ version: [UInt8]) throws -> XenRelease {
        if let running = XenRelease(version: version) {
            guard assume.map({ $0.value == running }) ?? true else {
                throw ValidationError("--assume: Xen \(text(version)) is a release that domb knows")
            }
            return running
        }
        guard let assumed = assume?.value else {
            throw CommandFailure.refusal(
                "Xen \(text(version)) is no release that this domb knows, which are "
                    + Release.allValueStrings.joined(separator: ", ") + "; --assume predicts it as one of them")
        }
        Diagnostics.write(
            "domb: note: Xen \(text(version)) is predicted as \(text(assumed.name.bytes)); whether it does the same was not "
                + "compared: boot once, and compare the logs (domb diff)")
        return assumed
    }
}

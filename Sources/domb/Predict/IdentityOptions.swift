// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LogReading
import Measurement
import Platform
import SimulatedPlatform

/// What the first record of a log holds: everything that an LCM does not say.
struct IdentityOptions: ParsableArguments {
    enum SecurityPolicy: String, ExpressibleByArgument, CaseIterable {
        case none, permissive, enforcing

        var mode: SecurityMode {
            switch self {
            case .none: .none
            case .permissive: .permissive
            case .enforcing: .enforcing
            }
        }
    }

    @Option(
        help: "Take all of the following from an earlier launch's log; each of them that is given counts instead.",
        completion: .file())
    var identityFrom: String?
    @Option(help: "The domb-init that will boot: its GNU build id.", completion: .file())
    var dombInit: String?
    @Option(name: .customLong("build-id"), help: "The same, in hexadecimal digits.")
    var buildID: String?
    @Option(help: "The boot domain's kernel command line, as /proc/cmdline has it.")
    var commandLine: String?
    @Option(help: "Xen's version, as 4.20.4-pre.")
    var xenVersion: String?
    @Option(name: .customLong("xen-build-id"), help: "Xen's GNU build id, in hexadecimal digits; empty for none.")
    var xenBuildID: String?
    @Option(help: "Xen's command line, without Xen's own name.")
    var xenCommandLine: String?
    @Option(help: "The XSM policy: none without FLASK.")
    var xsm: SecurityPolicy?
    @Flag(name: .customLong("as-command"), help: "The launch is by domb-launch, a command of a dom0.")
    var isCommand = false

    func validate() throws {
        guard dombInit == nil || buildID == nil else {
            throw ValidationError("--domb-init and --build-id say the same thing: give one")
        }
    }

    /// Reads what is in files.
    func identity() throws -> LaunchEvent.Identity {
        var identity =
            try identityFrom.map { try Self.identity(inLog: $0) }
            ?? LaunchEvent.Identity(
                buildID: [], commandLine: [], xenVersion: [], xenBuildID: [], xenCommandLine: [], securityMode: .none)
        if let dombInit {
            identity.buildID = try Self.buildID(of: try HostFile.read(dombInit, limit: 1 << 28), dombInit)
        }
        if let buildID { identity.buildID = try Self.bytes(buildID, "--build-id") }
        if let commandLine { identity.commandLine = Array(commandLine.utf8) }
        if let xenVersion { identity.xenVersion = Array(xenVersion.utf8) }
        if let xenBuildID { identity.xenBuildID = try Self.bytes(xenBuildID, "--xen-build-id") }
        if let xenCommandLine { identity.xenCommandLine = Array(xenCommandLine.utf8) }
        if let xsm { identity.securityMode = xsm.mode }
        if isCommand { identity.launcher = .command }
        return identity
    }

    private static func bytes(_ text: String, _ option: String) throws -> [UInt8] {
        guard let bytes = Hexadecimal.bytes(Array(text.utf8)) else {
            throw ValidationError("\(option): '\(text)' is not an even number of hexadecimal digits")
        }
        return bytes
    }

    static func buildID(of file: [UInt8], _ path: String) throws(CommandFailure) -> [UInt8] {
        do throws(ELFKernel.Problem) {
            guard file.starts(with: ELFKernel.magic) else { throw .notELF }
            // domb-init measures an empty one if it was linked without.
            return try ELFNotes(parsing: file).buildID ?? []
        } catch {
            throw .malformed("\(path): \(error.text)")
        }
    }

    private static func identity(inLog path: String) throws(CommandFailure) -> LaunchEvent.Identity {
        let log = try LogInput(reading: path)
        guard log.replay.findings.isEmpty else {
            throw .refusal("\(path): a log that contradicts itself: domb log says how")
        }
        guard case .event(.identity(let identity), _) = log.reader.records.first?.content else {
            throw .malformed("\(path): its first record is no identity")
        }
        return identity
    }
}

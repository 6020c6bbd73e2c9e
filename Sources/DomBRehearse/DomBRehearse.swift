// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CSwtpmShim
import CryptoBindings
import Foundation
import LaunchControl
import Measurement
import Platform
import Sequencer
import SimulatedPlatform
import TPMBindings

/// A launch on the simulated Xen with a real TPM, swtpm, on the way that PID 1 takes to its own: for the rig's tests of
/// what a launch does when that way fails, and for measuring.
@main
struct DomBRehearse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domb-rehearse",
        abstract: "Launch small domains of the simulated Xen, measured into a swtpm.",
        discussion: "Exit code 0: launched; 1: the launch failed, and the last line says why.")

    @Option(help: "swtpm's socket; its control channel is SOCKET.ctrl.")
    var tpm: String
    @Option(help: "How many domains, each of 8 MiB with a kernel of 64 KiB.")
    var domains: UInt16 = 2
    @Option(help: "The PCR.")
    var pcr: UInt32 = 11
    @Option(help: "TPM policy: require, warn or off.")
    var policy = "require"
    @Option(help: "The file for the event log.")
    var log: String

    func validate() throws {
        guard (1..<DomainID.firstReserved).contains(domains) else { throw ValidationError("--domains \(domains)") }
        guard PCRIndex(rawValue: pcr) != nil else { throw ValidationError("--pcr \(pcr)") }
        guard TPMPolicy(name: Array(policy.utf8)) != nil else { throw ValidationError("--policy \(policy)") }
    }

    func run() throws {
        guard let pcr = PCRIndex(rawValue: pcr), let policy = TPMPolicy(name: Array(policy.utf8)) else { return }
        // A connection that breaks is an error of the transport, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        let rehearsal = try Rehearsal(
            domains: domains, settings: LaunchSettings(pcr: pcr, tpmPolicy: policy, handoff: .shutdown))
        let outcome = rehearsal.run(store: Self.open(tpm))
        if let bytes = outcome.journal.eventLogs.last { try Data(bytes).write(to: URL(fileURLWithPath: log)) }
        for entry in outcome.journal.entries where entry.operation.isTPMs || entry.result != 0 {
            print("\(entry.operation.name) \(entry.result) \(String(decoding: entry.detail.bytes, as: UTF8.self))")
        }
        print("unpaused \(outcome.unpaused.map { "\($0.rawValue)" }.joined(separator: " "))")
        guard let failure = outcome.failure else { return print("launch complete") }
        print("launch failed: \(String(decoding: failure.message.bytes, as: UTF8.self))")
        throw ExitCode(1)
    }

    private static func open(_ socket: String) -> TSS2MeasurementStore {
        var opened: OpaquePointer?
        // Safety: the string lives through the call; the shim sets the pointer if it returns zero.
        let code = unsafe "path=\(socket)".withCString { unsafe domb_tpm_open_swtpm($0, &opened) }
        return unsafe TSS2MeasurementStore(adopting: opened, code: code)
    }
}

extension Platform.Operation {
    fileprivate var isTPMs: Bool {
        switch self {
        case .getCapability, .readClock, .pcrExtend, .pcrRead, .getTestResult, .setLocality: true
        default: false
        }
    }
}

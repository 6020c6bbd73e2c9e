// SPDX-License-Identifier: Apache-2.0

import CTSSShim
import Glibc
import LaunchControl
import Platform
import Sequencer
import SimulatedPlatform
import TPMBindings

/// A launch on the simulated Xen with a real TPM, swtpm, on the way that PID 1 takes to its own: for the rig's tests of
/// what a launch does when that way fails, and for measuring.
struct LaunchCommand {
    private let socket: String
    private let log: String
    private let domains: UInt16
    private let settings: LaunchSettings
    private var arguments = LaunchArguments()
    private let threads: UInt32?
    private let seed: UInt64?

    init(_ options: Options) throws(Options.Wrong) {
        var options = options
        guard let socket = options.take("--tpm") else { throw Options.Wrong(word: "--tpm") }
        guard let log = options.take("--log") else { throw Options.Wrong(word: "--log") }
        self.socket = socket
        self.log = log
        domains = try options.take("--domains", default: 2, in: TPMRehearsal.domains)
        let index = try options.take("--pcr", default: UInt32(11), in: 0...UInt32(PCRIndex.count - 1))
        let name = options.take("--policy") ?? "require"
        guard let pcr = PCRIndex(rawValue: index), let policy = TPMPolicy(named: name.utf8) else {
            throw Options.Wrong(word: "--policy \(name)")
        }
        settings = LaunchSettings(tpmPolicy: policy, handoff: .shutdown)
        arguments.pcr = pcr
        threads = try options.take("--threads", in: 0...64)
        seed = try options.take("--seed", in: 0...UInt64.max)
        try options.finish()
    }

    func run() -> CInt {
        // A connection that breaks is an error of the transport, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        var rehearsal = TPMRehearsal(domains: domains, settings: settings, arguments, threads: threads, seed: seed)
        warmUp()
        let start = (MonotonicClock.nanoseconds(CLOCK_MONOTONIC), MonotonicClock.nanoseconds(CLOCK_PROCESS_CPUTIME_ID))
        let outcome = rehearsal.run(tpm: Self.open(socket), journal: RecordingJournal())
        let processor = MonotonicClock.nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - start.1
        let took = MonotonicClock.nanoseconds(CLOCK_MONOTONIC) - start.0
        if let bytes = outcome.journal.eventLogs.last, !write(bytes) { return 74 }
        for entry in outcome.journal.entries where entry.operation.isTPMs || entry.result != 0 {
            print("\(entry.operation.name) \(entry.result) \(String(decoding: entry.detail.bytes, as: UTF8.self))")
        }
        print("hashed by threads \(rehearsal.hashing.count)")
        print("took \(took) ns, processor \(processor) ns")
        print("unpaused \(outcome.unpaused.map { "\($0.rawValue)" }.joined(separator: " "))")
        guard let failure = outcome.failure else {
            print("launch complete")
            return 0
        }
        print("launch failed: \(String(decoding: failure.message.bytes, as: UTF8.self))")
        return 1
    }

    /// Ordinary Swift makes the metadata of a generic type when it is first used, and needs 0.3 ms for a launch's; PID 1 is
    /// Embedded Swift, where there is none.
    private func warmUp() {
        var first = TPMRehearsal(domains: 1, settings: LaunchSettings(tpmPolicy: .warn, handoff: .shutdown))
        _ = first.run(tpm: Self.open("/nonexistent"), journal: RecordingJournal())
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        guard let file = unsafe fopen(log, "w") else { return false }
        // Safety: the array has the count given and lives through the call.
        let count = unsafe bytes.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
        return unsafe fclose(file) == 0 && count == bytes.count
    }

    /// With the control channel at SOCKET.ctrl.
    private static func open(_ socket: String) -> TSS2Device {
        // Safety: the function opens what its configuration names, or gives a code.
        unsafe TSS2Device(opener: Tss2_Tcti_Swtpm_Init, configuration: [UInt8]("path=\(socket)".utf8))
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

// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import LinuxBindings
import Platform
import Sequencer
import TPMBindings
import XenBindings

/// The program that the measured command line allows to become PID 1 (`domb.exec=`). A filter of Linux calls outlives an
/// exec, and no ordinary init could work under it. So the launch has a process of its own then, confined like any other
/// launch, and PID 1 waits for its end.
struct NextInit: ~Copyable {
    /// Open since before the launch began: the same file is measured and run.
    private let program: ProgramFile
    private let report: Int32

    /// `nil` where the command line allows none, and where the launch cannot even begin: PID 1 goes on by itself. Otherwise
    /// it goes on in the launch's process, and PID 1 waits, and never comes back here.
    static func split(_ preparation: inout Preparation) -> NextInit? {
        guard let path = preparation.arguments.nextInit, preparation.isGood else { return nil }
        do throws(SystemError) {
            let program = try ProgramFile(path: path)
            switch try ProcessSplit.begin() {
            case .worker(let report): return NextInit(program: program, report: report)
            case .waiter(let report): fail(become(program), report, &preparation)
            }
        } catch {
            preparation.fail(.system(error))
            return nil
        }
    }

    borrowing func identity() throws(LaunchFailure) -> Surroundings.NextInit {
        let (digest, byteCount) = try LaunchFailure.during(.plan) { () throws(SystemError) in
            try program.digest(LibcryptoHash.self)
        }
        return Surroundings.NextInit(path: program.path.bytes, byteCount: byteCount, digest: digest)
    }

    /// The launch's process ends, and with it every handle to TPM and Xen. PID 1 then becomes the program.
    consuming func handOver(_ machine: consuming BootMachine) -> Never {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: machine.host.journal.sequence, byteCount: 8)
        guard writeAll(bytes + machine.legacy.bytes, to: report) else {
            let failure = SystemError(.handOver, code: Errno.invalid.code)
            Ending.fail(machine, LaunchFailure(.handoff, .system(failure)))
        }
        PowerControl.exit(0)
    }

    /// Returns only on failure.
    private static func become(_ program: consuming ProgramFile) -> SystemError { program.execute() }

    /// In PID 1, which could not become the program: it records that. Nobody else has had the TPM since.
    private static func fail(_ error: SystemError, _ report: [UInt8], _ preparation: inout Preparation) -> Never {
        do throws(SystemError) {
            try Confinement.enter(apart: false)
        } catch {
            preparation.journal.note(error.message)
        }
        preparation.journal.sequence = report.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        var machine = preparation.machine()
        if let legacy = LaunchLegacy([UInt8](report.dropFirst(8))) { machine.resume(legacy) }
        Ending.fail(machine, LaunchFailure(.handoff, .system(error)))
    }
}

// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import LaunchControl
import LinuxBindings
import Platform
import Sequencer
import XenBindings

/// The launch of a boot domain: its LCM, who else is there, and the launch itself.
struct BootLaunch {
    private let preparation: Preparation

    init(_ preparation: Preparation) { self.preparation = preparation }

    func run(on machine: inout BootMachine, _ nextInit: borrowing NextInit?) throws(LaunchFailure) -> BootHandoff {
        try preparation.check()
        try LaunchFailure.during(.prepare) { () throws(SystemError) in try machine.host.checkOpen() }
        let bytes = try readModule()
        let received: ReceivedLCM?
        if let bytes { received = try ReceivedLCM(bytes, hashing: LibcryptoHash.self) } else { received = nil }
        var surroundings = preparation.surroundings
        surroundings.hasXenstored = Processes.take(
            received?.lcm.settings.xenstored, from: &surroundings.otherProcesses, LibcryptoHash.self)
        // The LCM is read by now, which is Swift without C: what comes is C libraries that read what domains, TPM and
        // xenstored say.
        let isApart = nextInit != nil
        try LaunchFailure.during(.prepare) { () throws(SystemError) in try Confinement.enter(apart: isApart) }
        guard let received else {
            try machine.closeForClassicBoot()
            return BootHandoff(kind: .execute, end: nil)
        }
        let kind = received.lcm.settings.handoff
        if kind == .execute { surroundings.nextInit = try Self.identity(nextInit) }
        return BootHandoff(kind: kind, end: try machine.launch(received, in: surroundings))
    }

    private static func identity(
        _ nextInit: borrowing NextInit?
    ) throws(LaunchFailure) -> Surroundings.NextInit? {
        switch nextInit {
        case .some(let program): try program.identity()
        case .none: nil
        }
    }

    /// The LCM, copied once: only this copy is hashed and parsed.
    private func readModule() throws(LaunchFailure) -> [UInt8]? {
        let tables = try LaunchFailure.during(.lcm) { () throws(SystemError) in try ACPITables.readAll() }
        return try LaunchFailure.during(.lcm) { () throws(ContainerError) in
            try LaunchControlContainer.assemble(tables, hashing: LibcryptoHash.self)
        }
    }
}

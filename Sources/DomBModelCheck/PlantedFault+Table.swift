// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

extension PlantedFault {
    private static func region() -> SmallLaunch {
        launch {
            $0.giveLog(to: 0)
            $0.giveLog(to: 2)
        }
    }

    private static func xenstore() -> SmallLaunch { launch { $0.addXenstore([0, 1]) } }

    private static func unmeasured() -> SmallLaunch {
        launch {
            $0.lcm.settings.tpmPolicy = .warn
            $0.tpm.isPresent = false
        }
    }

    /// Domain 1 does not come and is left out with 3; 2 comes later than 1 fails, or not at all.
    private static func partial() -> SmallLaunch {
        launch { launch in
            for index in 0..<3 { launch.lcm.domains[index].conduct.onFailure = .skip }
            for index in 0..<2 {
                launch.lcm.domains[index].conduct.readiness = .poweredOff
                launch.lcm.domains[index].conduct.timeout = 1000
            }
        }
    }

    private static func recovering() -> SmallLaunch {
        launch { launch in
            launch.lcm.domains[1].conduct = DomainConduct(readiness: .poweredOff, timeout: 1000, onFailure: .recover)
            launch.add(3, [], roles: .recovery)
        }
    }

    /// 2 and 3 are left to the handoff.
    private static func handingOver() -> SmallLaunch {
        launch { for index in 1..<3 { $0.lcm.domains[index].conduct.onFailure = .skip } }
    }

    static let measured: [PlantedFault] = [
        PlantedFault("I1", "a domain is unpaused before the PCR is read") {
            $0.move($0.first(.unpause), before: $0.last(.pcrRead))
        },
        PlantedFault("I1", "a domain is unpaused before the last extend") {
            $0.move($0.first(.unpause), before: $0.last(.pcrExtend))
        },
        PlantedFault("I1", "one domain is not measured") { $0.measurements.removeLast() },
        PlantedFault("I1", "one record is not extended") { $0.extend(only: $0.tpm.extends.dropLast()) },
        PlantedFault("I1", "the Recovery Domain runs in a launch that is complete", of: recovering) {
            $0.end = .complete
        },
        PlantedFault("I1", "the counts of restarts are not compared", fault: (5, .restart)) { _ in },
        PlantedFault("I1", "the counts of resets are not compared", fault: (5, .reset)) { _ in },
        PlantedFault("I2", "a log is written into a domain that runs", of: region) {
            $0.repeatEntry($0.first(.foreignWrite, of: 1))
        },
        PlantedFault("I2", "a domain without a place for the log is written", of: region) {
            $0.replaceEntry($0.first(.foreignWrite, of: 1), domid: 2)
        },
        PlantedFault("I2", "a domain runs without its log", of: region) {
            $0.entries.remove(at: $0.first(.foreignWrite, of: 3))
        },
        PlantedFault("I2", "a domain has another log than the published one", of: region) {
            $0.host.domainsByID[3]?.memory.write([0xFF], at: 0xA020)
        },
        PlantedFault("I3", "somebody else extends one bank of two") {
            try? $0.tpm.extend(.standard, [SwiftCryptoHash.digest(.sha1, of: [1])])
        },
        PlantedFault("I3", "a later log than the one that was capped contradicts itself") { run in
            var log = run.logs[0]
            log[log.count - 4 - 4 - 32] ^= 1
            run.logs.append(log)
        },
        PlantedFault("I8", "a TPM that answers is taken for none", of: unmeasured) {
            $0.replaceEntry($0.first(.getCapability), result: 0x8_000D)
        },
        PlantedFault("I8", "a bank is left open") { $0.tpm.banks.append(HashAlgorithm.sha384.rawValue) },
    ]

    static let ordered: [PlantedFault] = [
        PlantedFault("I4", "of two that are free the later one runs first") {
            $0.move($0.first(.unpause, of: 2), before: $0.first(.unpause, of: 1))
        },
        // As if dependencies stood in the record as the LCM lists them: to the log the lists are two launches.
        PlantedFault(
            "I4", "the log has the LCM's order of dependencies",
            logsOf: {
                var launch = PlantedFault.launch()
                launch.lcm.domains[2].dependencies = [1]
                return (PlantedFault.launch(), launch)
            }),
        PlantedFault("I4", "the error is the later one's", of: partial) { run in
            guard let domid = DomainID(rawValue: 2) else { return }
            run.end = .partial(LaunchFailure(.ready, domid: domid, .readiness(.timeout(1000))))
        },
        PlantedFault("I5", "an operation is not in the trace") { $0.entries.remove(at: $0.first(.getVCPUContext)) },
        PlantedFault("I5", "a domain is unpaused twice") { $0.repeatEntry($0.first(.unpause), at: $0.last(.unpause)) },
        PlantedFault("I5", "a domain runs before one that it depends on") {
            $0.move($0.first(.unpause, of: 3), before: $0.first(.unpause, of: 1))
        },
        PlantedFault("I5", "an operation is done twice") {
            $0.repeatEntry($0.first(.credit2Set), at: $0.first(.unpause))
        },
        PlantedFault("I5", "a domain is unpaused that the LCM does not name") {
            $0.replaceEntry($0.first(.unpause, of: 2), domid: 9)
        },
        PlantedFault("I5", "a domain runs that xenstore does not know", of: xenstore) {
            $0.entries.remove(at: $0.first(.introduce, of: 2))
        },
        PlantedFault("I5", "a domain that was left out has nodes", of: xenstore) {
            $0.replaceEntry($0.first(.credit2Set, of: 1), result: -22)
        },
    ]

    static let ended: [PlantedFault] = [
        PlantedFault("I6", "a domain runs after the error was recorded", of: partial) {
            let unpause = $0.last(.unpause)
            $0.move(unpause, before: $0.entries.count)
        },
        PlantedFault("I6", "a partial launch whose error is not in the PCR", of: partial) {
            $0.extend(only: $0.tpm.extends.dropLast())
        },
        PlantedFault("I6", "a launch that failed says that it is complete", of: partial) { $0.end = .complete },
        PlantedFault("I6", "others run beside the Recovery Domain", of: recovering) {
            $0.move($0.first(.unpause, of: 3), before: $0.entries.count)
        },
        PlantedFault("I6", "the handoff unpauses one that must be seen to run", of: handingOver) { run in
            let place = run.first(.unpause, of: 1)
            let entry = run.entries.remove(at: place)
            run.entries.insert(
                TraceEntry(
                    operation: .unpauseAtHandoff, domid: entry.domid, result: 0, start: entry.start, end: entry.end,
                    detail: entry.detail), at: run.first(.unpauseAtHandoff))
        },
        PlantedFault("I7", "something is done after the handoff") { $0.repeatEntry($0.first(.getInfoList)) },
        PlantedFault("I7", "something is done between the handoff's unpauses", of: handingOver) {
            $0.repeatEntry($0.first(.getInfoList), at: $0.last(.unpauseAtHandoff))
        },
    ]

    static let demanded: [PlantedFault] = [
        PlantedFault("I9", "a demand behind a tab is not read") { line in
            Demands.read(line.replacing("\t", with: "\u{1}"))
        },
        PlantedFault("I9", "a demand behind a line break is not read") { line in
            Demands.read(line.replacing("\n", with: "\u{1}"))
        },
        PlantedFault("I9", "the least policy is not kept") { line in
            var arguments = Demands.read(line)
            arguments?.leastTPMPolicy = .off
            return arguments
        },
        PlantedFault("I9", "a floor of warn is none") { line in
            var arguments = Demands.read(line)
            if arguments?.leastTPMPolicy == .warn { arguments?.leastTPMPolicy = .off }
            return arguments
        },
        PlantedFault("I9", "a floor of warn is one of require") { line in
            var arguments = Demands.read(line)
            if arguments?.leastTPMPolicy == .warn { arguments?.leastTPMPolicy = .require }
            return arguments
        },
        PlantedFault("I9", "the pin is not compared") { line in
            var arguments = Demands.read(line)
            arguments?.pinnedDigest = nil
            return arguments
        },
        PlantedFault("I9", "the last of two demands counts") { line in
            Demands.read(line) ?? LaunchArguments()
        },
    ]
}

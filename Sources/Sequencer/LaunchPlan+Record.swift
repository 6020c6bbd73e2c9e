// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension LaunchPlan {
    /// What the log says of settings, order and operations.
    var configurationRecord: LaunchEvent.Configuration {
        LaunchEvent.Configuration(
            tpmPolicy: lcm.settings.tpmPolicy, coverage: lcm.settings.coverage, handoff: lcm.settings.handoff,
            handoffTarget: lcm.settings.handoffTarget ?? [],
            domains: zip(lcm.domains, configurations).map { domain, configuration in
                LaunchEvent.Configuration.Domain(
                    domid: domain.domid, memory: domain.memory,
                    dependencies: domain.dependencies.inOrder(<).map { lcm.domains[$0].domid },
                    items: configuration.operations.flatMap { $0.items } + domain.conduct.items)
            })
    }

    /// The first records: the launcher, that no TPM answers where none does, the LCM, and what is to run after DomB.
    static func opening(
        _ received: ReceivedLCM, _ facts: LaunchFacts, _ arguments: LaunchArguments, isUnmeasured: Bool
    ) -> [LaunchEvent] {
        let hypervisor = facts.hypervisor
        let identity = LaunchEvent.Identity(
            launcher: arguments.launcher, buildID: facts.surroundings.buildID, commandLine: arguments.commandLine,
            xenVersion: hypervisor.version, xenBuildID: hypervisor.buildID, xenCommandLine: hypervisor.commandLine,
            securityMode: hypervisor.securityMode)
        var events = [LaunchEvent.identity(identity)]
        if isUnmeasured { events.append(.unmeasured(received.lcm.settings.tpmPolicy)) }
        events.append(.lcm(byteCount: received.byteCount, digest: received.digest))
        if let next = facts.surroundings.nextInit {
            events.append(.nextInit(path: next.path, byteCount: next.byteCount, digest: next.digest))
        }
        return events
    }
}

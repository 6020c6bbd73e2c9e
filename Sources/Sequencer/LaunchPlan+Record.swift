// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension LaunchPlan {
    /// What the log says of settings, order and operations.
    var configurationRecord: LaunchEvent.Configuration {
        LaunchEvent.Configuration(
            tpmPolicy: module.settings.tpmPolicy, coverage: module.settings.coverage, handoff: module.settings.handoff,
            handoffTarget: module.settings.handoffTarget ?? [],
            domains: zip(module.domains, configurations).map { domain, configuration in
                LaunchEvent.Configuration.Domain(
                    domid: domain.domid, memory: domain.memory,
                    dependencies: domain.dependencies.inOrder(<).map { module.domains[$0].domid },
                    items: configuration.operations.flatMap { $0.items } + domain.conduct.items)
            })
    }
}

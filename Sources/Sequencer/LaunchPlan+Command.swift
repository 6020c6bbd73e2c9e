// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What is different where the launch is a command of a dom0 (docs/classic-dom0.md).
extension LaunchPlan {
    /// A toolstack's domids follow from what ran before: a domain that has a UUID is the one with that handle, whatever
    /// its domid.
    static func matched(
        _ lcm: LCM, _ facts: HypervisorFacts
    ) throws(PlanRefusal) -> LCM {
        var lcm = lcm
        for index in lcm.domains.indices {
            guard let handle = lcm.domains[index].handle, handle != .unset else { continue }
            var found: DomainID?
            for domain in facts.domains where domain.handle == handle {
                guard found == nil else { throw Self.ambiguous(lcm.domains[index].domid) }
                found = domain.domid
            }
            if let found { lcm.domains[index].domid = found }
        }
        let domids = lcm.domains.map { $0.domid }.inOrder(<)
        for (left, right) in zip(domids, domids.dropFirst()) where left == right {
            throw Self.ambiguous(left)
        }
        return lcm
    }

    /// Other processes, open descriptors and the handoff are a boot domain's matter.
    static func toolstackRefusals(_ lcm: LCM, _ facts: LaunchFacts) -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        for domain in lcm.domains {
            // The log would tell of a role that no toolstack gave it.
            if !domain.roles.subtracting(.recovery).isEmpty {
                refusals.append(
                    PlanRefusal(
                        .toolstackRole, domid: domain.domid, "its role is not one that a toolstack can give"))
            }
            if domain.settings.usesXenstore {
                refusals.append(
                    PlanRefusal(
                        .toolstackDevices, domid: domain.domid,
                        "xen,enhanced and PV devices: a toolstack has made them, and DomB would again"))
            }
        }
        return refusals + xenstoreRefusals(lcm, facts)
    }

    private static func ambiguous(_ domid: DomainID) -> PlanRefusal {
        PlanRefusal(.ambiguous, domid: domid, "its domain-uuid or its domid is another domain's, too")
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchPlan {
    /// Every readiness can come, and every failure has its answer. `hasRings`: the domains' rings to xenstore are there
    /// already.
    static func conductRefusals(_ lcm: LCM, hasRings: Bool) -> [PlanRefusal] {
        let recovery = lcm.domains.filter { $0.roles.contains(.recovery) }
        var refusals: [PlanRefusal] = []
        for (number, domain) in recovery.enumerated() {
            if number > 0 {
                refusals.append(
                    PlanRefusal(
                        .secondRecovery, domid: domain.domid,
                        "it is a second Recovery Domain: which one is to run?"))
            }
            if !domain.dependencies.isEmpty || domain.conduct != DomainConduct() {
                refusals.append(
                    PlanRefusal(
                        .recoveryConduct, domid: domain.domid,
                        "the Recovery Domain runs after a failure: it can have no depends-on, ready or on-failure"))
            }
        }
        for domain in lcm.domains {
            if domain.conduct.onFailure == .recover, recovery.isEmpty {
                refusals.append(
                    PlanRefusal(
                        .noRecovery, domid: domain.domid, "on-failure recover, and the LCM has no Recovery Domain"))
            }
            if let refusal = readinessRefusal(domain, lcm, hasRings: hasRings) { refusals.append(refusal) }
        }
        return refusals
    }

    private static func readinessRefusal(
        _ domain: DomainDescription, _ lcm: LCM, hasRings: Bool
    ) -> PlanRefusal? {
        switch domain.conduct.readiness {
        case .unpaused: return nil
        case .poweredOff:
            guard domain.roles.contains(.hardware) else { return nil }
            return PlanRefusal(
                .hardwareShutdown, domid: domain.domid,
                "ready by its shutdown, and that of the hardware domain halts the host")
        case .node(let path, _):
            guard lcm.settings.xenstored != nil else {
                return PlanRefusal(
                    .noXenstore, domid: domain.domid,
                    "ready by a node of xenstore, and the LCM has no domb,xenstored")
            }
            guard path.first != UInt8(ascii: "/"), !domain.settings.usesXenstore, !hasRings else { return nil }
            return PlanRefusal(
                .noXenstoreRing, domid: domain.domid,
                "ready by a node of its own, and it has no ring to xenstore (xen,enhanced)")
        }
    }

    /// Nobody is left to see what came of an unpause that the shutdown's hypercall does, or to act on it. So only those are
    /// among them for whom nobody waits, and without whom the launch goes on where they cannot run.
    static func handoffUnpauses(_ lcm: LCM, _ order: [Int]) -> [Int] {
        guard lcm.settings.handoff == .shutdown else { return [] }
        var isNeeded = [Bool](repeating: false, count: lcm.domains.count)
        for domain in lcm.domains { for dependency in domain.dependencies { isNeeded[dependency] = true } }
        return order.filter {
            let conduct = lcm.domains[$0].conduct
            return !isNeeded[$0] && conduct.readiness == .unpaused && conduct.onFailure == .skip
        }
    }

    /// Whether anything is waited for but the unpause itself.
    var waits: Bool { unpauseOrder.contains { lcm.domains[$0].conduct.readiness != .unpaused } }

    /// The absolute paths of the nodes that tell of readiness, in LCM order.
    var nodesWaitedFor: [[UInt8]] {
        var paths: [[UInt8]] = []
        for domain in lcm.domains {
            guard case .node(let path, _) = domain.conduct.readiness else { continue }
            paths.append(DomainConduct.Readiness.path(path, of: domain.domid))
        }
        return paths
    }

    /// What follows the failure, by the domain that it is about.
    public func answer(to failure: LaunchFailure) -> DomainConduct.OnFailure {
        let domain = lcm.domains.first { $0.domid == failure.domid }
        return FailurePolicy.answer(failure.kind, domain?.conduct.onFailure ?? .halt)
    }
}

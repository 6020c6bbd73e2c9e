// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform

/// One domain's share of xenstore.
private struct XenstoreShare {
    let domain: DomainDescription
    let rings: DomainRings
    let nodes: [XenstoreNode]
    /// Of each node the operation that it is of.
    let operations: [ConfigOperation]
}

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// In microseconds. Under TCG xenstored answers within a second, also when it starts.
    static var xenstorePatience: UInt64 { 20_000_000 }

    /// Who else writes is a daemon that starts: it does not go on for long.
    private static var xenstoreAttempts: Int { 16 }

    /// These domains' nodes in one transaction, read back, and then the domains introduced.
    mutating func publishInXenstore(_ plan: LaunchPlan, _ indices: [Int]) throws(LaunchFailure) {
        let shares = try xenstoreShares(plan, indices)
        guard !shares.isEmpty else { return }
        try LaunchFailure.during(.configure) { () throws(HypercallError) in
            try host.openXenstore(patience: Self.xenstorePatience)
        }
        try write(shares)
        for share in shares { try check(share) }
        for share in shares { try introduce(share) }
        if let recovery = plan.recovery, indices.contains(recovery) { recoveryConfigured.append(.inXenstore) }
    }

    private mutating func xenstoreShares(_ plan: LaunchPlan, _ indices: [Int]) throws(LaunchFailure) -> [XenstoreShare]
    {
        var shares: [XenstoreShare] = []
        for index in indices where plan.lcm.domains[index].settings.usesXenstore {
            let domain = plan.lcm.domains[index]
            let rings = try LaunchFailure.during(.configure, domain.domid) { () throws(HypercallError) in
                (
                    xenstoreFrame: try host.parameter(domain.domid, .xenstoreFrame),
                    xenstorePort: try host.parameter(domain.domid, .xenstoreChannel),
                    consoleFrame: try host.parameter(domain.domid, .consoleFrame),
                    consolePort: try host.parameter(domain.domid, .consoleChannel)
                )
            }
            let nodes = plan.configurations[index].operations.filter { $0.moment == .inXenstore }.flatMap { operation in
                operation.nodes(of: domain, rings, xenstore: plan.bootDomain).map { (node: $0, operation: operation) }
            }
            shares.append(
                XenstoreShare(
                    domain: domain, rings: rings, nodes: nodes.map { $0.node }, operations: nodes.map { $0.operation }))
        }
        return shares
    }

    private mutating func write(_ shares: [XenstoreShare]) throws(LaunchFailure) {
        for _ in 0..<Self.xenstoreAttempts {
            try LaunchFailure.during(.configure) { () throws(HypercallError) in try host.beginTransaction() }
            for share in shares { try write(share) }
            let isKept = try LaunchFailure.during(.configure) { () throws(HypercallError) in
                try host.endTransaction(abort: false)
            }
            if isKept { return }
        }
        throw LaunchFailure(.configure, .configuration(.transactionLost(attempts: Self.xenstoreAttempts)))
    }

    private mutating func write(_ share: XenstoreShare) throws(LaunchFailure) {
        var done = 0
        do throws(HypercallError) {
            try host.write(share.nodes, of: share.domain.domid, done: &done)
        } catch {
            abortTransaction()
            throw failure(share, .node(share.nodes[done].path, share.operations[done], error))
        }
    }

    /// Nothing of the transaction stays; should xenstored refuse even that, it ends with the connection.
    private mutating func abortTransaction() {
        do throws(HypercallError) { _ = try host.endTransaction(abort: true) } catch {}
    }

    private mutating func check(_ share: XenstoreShare) throws(LaunchFailure) {
        var done = 0
        do throws(HypercallError) {
            if try host.areKept(share.nodes, of: share.domain.domid, done: &done) { return }
        } catch {
            throw failure(share, .node(share.nodes[done].path, share.operations[done], error))
        }
        throw failure(share, .nodeNotKept(share.nodes[done].path, share.operations[done]))
    }

    private mutating func introduce(_ share: XenstoreShare) throws(LaunchFailure) {
        let domid = share.domain.domid
        let kept: Bool
        do throws(HypercallError) {
            try host.introduce(
                domid, frame: share.rings.xenstoreFrame, port: UInt32(truncatingIfNeeded: share.rings.xenstorePort))
            kept = try host.isIntroduced(domid)
        } catch {
            throw failure(share, .hypercall(.home, error))
        }
        guard kept else { throw failure(share, .notKept(.home)) }
    }

    private func failure(_ share: XenstoreShare, _ error: ConfigError) -> LaunchFailure {
        LaunchFailure(.configure, domid: share.domain.domid, .configuration(error))
    }
}

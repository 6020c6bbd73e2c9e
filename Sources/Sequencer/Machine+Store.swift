// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform

/// One domain's share of xenstore.
private struct StoreShare {
    let domain: DomainDescription
    let rings: DomainRings
    let nodes: [StoreNode]
    /// Of each node the operation that it is of.
    let operations: [ConfigOperation]
}

extension Machine where Host: ~Copyable, Store: ~Copyable {
    /// In microseconds. Under TCG xenstored answers within a second, also when it starts.
    static var storePatience: UInt64 { 20_000_000 }

    /// Who else writes is a daemon that starts: it does not go on for long.
    private static var storeAttempts: Int { 16 }

    /// These domains' nodes in one transaction, read back, and then the domains introduced.
    mutating func publishInStore(_ plan: LaunchPlan, _ indices: [Int]) throws(LaunchFailure) {
        let shares = try storeShares(plan, indices)
        guard !shares.isEmpty else { return }
        try LaunchFailure.during(.configure) { () throws(HypercallError) in
            try host.openStore(patience: Self.storePatience)
        }
        try write(shares)
        for share in shares { try check(share) }
        for share in shares { try introduce(share) }
        if let recovery = plan.recovery, indices.contains(recovery) { recoveryConfigured.append(.inStore) }
    }

    private mutating func storeShares(_ plan: LaunchPlan, _ indices: [Int]) throws(LaunchFailure) -> [StoreShare] {
        var shares: [StoreShare] = []
        for index in indices where plan.module.domains[index].settings.usesStore {
            let domain = plan.module.domains[index]
            let rings = try LaunchFailure.during(.configure, domain.domid) { () throws(HypercallError) in
                (
                    storeFrame: try host.parameter(domain.domid, .storeFrame),
                    storePort: try host.parameter(domain.domid, .storeChannel),
                    consoleFrame: try host.parameter(domain.domid, .consoleFrame),
                    consolePort: try host.parameter(domain.domid, .consoleChannel)
                )
            }
            let nodes = plan.configurations[index].operations.filter { $0.moment == .inStore }.flatMap { operation in
                operation.nodes(of: domain, rings, store: plan.bootDomain).map { (node: $0, operation: operation) }
            }
            shares.append(
                StoreShare(
                    domain: domain, rings: rings, nodes: nodes.map { $0.node }, operations: nodes.map { $0.operation }))
        }
        return shares
    }

    private mutating func write(_ shares: [StoreShare]) throws(LaunchFailure) {
        for _ in 0..<Self.storeAttempts {
            try LaunchFailure.during(.configure) { () throws(HypercallError) in try host.beginTransaction() }
            for share in shares { try write(share) }
            let isKept = try LaunchFailure.during(.configure) { () throws(HypercallError) in
                try host.endTransaction(abort: false)
            }
            if isKept { return }
        }
        throw LaunchFailure(.configure, .configuration(.transactionLost(attempts: Self.storeAttempts)))
    }

    private mutating func write(_ share: StoreShare) throws(LaunchFailure) {
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

    private mutating func check(_ share: StoreShare) throws(LaunchFailure) {
        var done = 0
        do throws(HypercallError) {
            if try host.areKept(share.nodes, of: share.domain.domid, done: &done) { return }
        } catch {
            throw failure(share, .node(share.nodes[done].path, share.operations[done], error))
        }
        throw failure(share, .nodeNotKept(share.nodes[done].path, share.operations[done]))
    }

    private mutating func introduce(_ share: StoreShare) throws(LaunchFailure) {
        let domid = share.domain.domid
        let kept: Bool
        do throws(HypercallError) {
            try host.introduce(
                domid, frame: share.rings.storeFrame, port: UInt32(truncatingIfNeeded: share.rings.storePort))
            kept = try host.isIntroduced(domid)
        } catch {
            throw failure(share, .hypercall(.home, error))
        }
        guard kept else { throw failure(share, .notKept(.home)) }
    }

    private func failure(_ share: StoreShare, _ error: ConfigError) -> LaunchFailure {
        LaunchFailure(.configure, domid: share.domain.domid, .configuration(error))
    }
}

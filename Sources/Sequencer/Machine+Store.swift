// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform

/// One domain's share of xenstore.
private struct StoreShare {
    let domain: DomainDescription
    let rings: DomainRings
    let nodes: [(node: StoreNode, operation: ConfigOperation)]
}

extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    /// Who else writes is a daemon that starts: it does not go on for long.
    private static var storeAttempts: Int { 16 }

    /// These domains' nodes in one transaction, read back, and then the domains introduced.
    mutating func publishInStore(_ plan: LaunchPlan, _ indices: [Int]) throws(LaunchFailure) {
        let shares = try storeShares(plan, indices)
        guard !shares.isEmpty else { return }
        try LaunchFailure.during(.configure) { () throws(HypercallError) in try openStore() }
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
                    storeFrame: try parameter(domain.domid, .storeFrame),
                    storePort: try parameter(domain.domid, .storeChannel),
                    consoleFrame: try parameter(domain.domid, .consoleFrame),
                    consolePort: try parameter(domain.domid, .consoleChannel)
                )
            }
            let nodes = plan.configurations[index].operations.filter { $0.moment == .inStore }.flatMap { operation in
                operation.nodes(of: domain, rings, store: plan.bootDomain).map { (node: $0, operation: operation) }
            }
            shares.append(StoreShare(domain: domain, rings: rings, nodes: nodes))
        }
        return shares
    }

    private mutating func write(_ shares: [StoreShare]) throws(LaunchFailure) {
        for _ in 0..<Self.storeAttempts {
            try LaunchFailure.during(.configure) { () throws(HypercallError) in try beginTransaction() }
            for share in shares { try write(share) }
            let isKept = try LaunchFailure.during(.configure) { () throws(HypercallError) in
                try endTransaction(abort: false)
            }
            if isKept { return }
        }
        throw LaunchFailure(.configure, .configuration(.transactionLost(attempts: Self.storeAttempts)))
    }

    /// One line of the trace for all of a domain's nodes.
    private mutating func write(_ share: StoreShare) throws(LaunchFailure) {
        let start = journal.now()
        for (node, operation) in share.nodes {
            do throws(HypercallError) {
                try host.writeNode(node)
            } catch {
                record(.storeWrite, share.domain.domid, -Int64(error.code), since: start)
                abortTransaction()
                throw failure(share, .node(node.path, operation, error))
            }
        }
        record(.storeWrite, share.domain.domid, 0, since: start, detail: "\(share.nodes.count) nodes")
    }

    /// Nothing of the transaction stays; should xenstored refuse even that, it ends with the connection.
    private mutating func abortTransaction() {
        do throws(HypercallError) { _ = try endTransaction(abort: true) } catch {}
    }

    private mutating func check(_ share: StoreShare) throws(LaunchFailure) {
        let start = journal.now()
        for (node, operation) in share.nodes {
            let value: [UInt8]?
            do throws(HypercallError) {
                value = try host.readNode(node.path)
            } catch {
                record(.storeRead, share.domain.domid, -Int64(error.code), since: start)
                throw failure(share, .node(node.path, operation, error))
            }
            guard value == node.value else { throw failure(share, .nodeNotKept(node.path, operation)) }
        }
        record(.storeRead, share.domain.domid, 0, since: start, detail: "\(share.nodes.count) nodes")
    }

    private mutating func introduce(_ share: StoreShare) throws(LaunchFailure) {
        let domid = share.domain.domid
        let kept: Bool
        do throws(HypercallError) {
            try introduce(
                domid, frame: share.rings.storeFrame, port: UInt32(truncatingIfNeeded: share.rings.storePort))
            kept = try isIntroduced(domid)
        } catch {
            throw failure(share, .hypercall(.home, error))
        }
        guard kept else { throw failure(share, .notKept(.home)) }
    }

    private func failure(_ share: StoreShare, _ error: ConfigError) -> LaunchFailure {
        LaunchFailure(.configure, domid: share.domain.domid, .configuration(error))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// Two domains of which each has what the other had.
struct ImageSwap {
    /// By A's names.
    let first: DomainLabel
    let second: DomainLabel
    /// What was swapped.
    let roles: [RegionRole]
    /// What went along with it, and so is no change of its own.
    private let followers: Set<Follower>
    let movesEntry: Bool
    let movesRegisters: Bool

    private struct Follower: Hashable {
        let role: RegionRole
        let aspect: Change.Region
    }

    private struct Digests: Hashable {
        let a: [UInt8]
        let b: [UInt8]
    }

    private static let imageRoles = RegionRole.allCases.filter { $0.isImage }

    /// No domain is in two of them.
    static func swaps(_ pairs: [DomainPair]) -> [ImageSwap] {
        var swaps: [ImageSwap] = []
        var taken: Set<DomainLabel> = []
        for role in imageRoles {
            var waiting: [Digests: [DomainPair]] = [:]
            for pair in pairs {
                guard let label = pair.label, !taken.contains(label), let digests = digests(pair, role),
                    digests.a != digests.b
                else { continue }
                let mirrored = Digests(a: digests.b, b: digests.a)
                if let other = waiting[mirrored]?.popLast(), let swap = ImageSwap(other, pair) {
                    swaps.append(swap)
                    taken.formUnion([swap.first, swap.second])
                } else {
                    waiting[digests, default: []].append(pair)
                }
            }
        }
        return swaps
    }

    private static func digests(_ pair: DomainPair, _ role: RegionRole) -> Digests? {
        guard case .said(let a?) = pair.a?.only(role)?.digest, case .said(let b?) = pair.b?.only(role)?.digest else {
            return nil
        }
        return Digests(a: a.bytes, b: b.bytes)
    }

    private init?(_ x: DomainPair, _ y: DomainPair) {
        guard let xa = x.a, let xb = x.b, let ya = y.a, let yb = y.b else { return nil }
        first = xa.label
        second = ya.label
        /// Whether each side's value is the other one's, and it is not the same for both.
        func isCrossed<Value: Equatable>(_ value: (DomainStatement) -> Value) -> Bool {
            value(xa) == value(yb) && value(ya) == value(xb) && value(xa) != value(xb)
        }
        roles = RegionRole.allCases.filter { role in
            guard xa.only(role) != nil, xb.only(role) != nil else { return false }
            return isCrossed { $0.only(role)?.digest }
        }
        var followers: Set<Follower> = []
        for role in roles {
            func follow(_ aspect: Change.Region, _ isCrossed: Bool) {
                if isCrossed { followers.insert(Follower(role: role, aspect: aspect)) }
            }
            follow(.digest, true)
            follow(.byteCount, isCrossed { $0.only(role)?.byteCount })
            follow(.place, isCrossed { $0.only(role)?.segments })
            follow(.source, isCrossed { $0.only(role)?.source })
        }
        self.followers = followers
        guard roles.contains(where: { $0.isImage }) else { return nil }
        movesEntry = isCrossed { $0.entry }
        movesRegisters = isCrossed { $0.registers }
    }

    func explains(_ role: RegionRole, _ aspect: Change.Region) -> Bool {
        followers.contains(Follower(role: role, aspect: aspect))
    }
}

extension DomainStatement {
    /// The region of that role where there is exactly one.
    fileprivate func only(_ role: RegionRole) -> Region? {
        let found = regions.filter { $0.role == role }
        return found.count == 1 ? found.first : nil
    }
}

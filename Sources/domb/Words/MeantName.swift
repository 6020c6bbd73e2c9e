// SPDX-License-Identifier: Apache-2.0

import LaunchControl

/// The domain or cpupool that a reference to nothing may have been meant for.
struct MeantName {
    private let domains: [String]
    private let pools: [String]
    /// Where the LCM is a device tree.
    private let tree: FlatTree?

    init(_ lcm: LCM?, _ bytes: [UInt8]) {
        // So many domains that a suggestion would take longer than all the rest are not written by hand.
        let named = (lcm?.domains ?? []).prefix(1001)
        domains = named.count > 1000 ? [] : named.map { text($0.name) }
        pools = lcm?.settings.cpupools.map { text($0.name) } ?? []
        do throws(FlatTree.Problem) {
            tree = bytes.starts(with: FlatTree.magic) ? try FlatTree(parsing: bytes) : nil
        } catch {
            tree = nil
        }
    }

    func suggestion(for error: ParseError) -> String? {
        guard !error.reference.isEmpty else { return nil }
        let name = text(error.reference)
        switch error.code {
        case .unknownPhandle:
            guard let tree else { return NearName.suggestion(for: name, among: domains) }
            return UInt32(name).flatMap { Self.domain(with: $0, below: tree.root, in: nil) }
        case .unknownBackend: return NearName.suggestion(for: name, among: domains)
        case .unknownCPUPool: return NearName.suggestion(for: name, among: pools)
        default: return nil
        }
    }

    /// The name of the domain in which the node with this phandle lies: `&first_kernel` where `&first` was meant.
    private static func domain(with phandle: UInt32, below node: FlatTree.Node, in domain: String?) -> String? {
        let domain = node.isCompatible("xen,domain") ? text(node.baseName) : domain
        if node.cell("phandle") == phandle { return domain }
        for child in node.children {
            if let found = Self.domain(with: phandle, below: child, in: domain) { return found }
        }
        return nil
    }
}

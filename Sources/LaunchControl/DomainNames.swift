// SPDX-License-Identifier: Apache-2.0

/// The domains of an LCM by name.
public struct DomainNames {
    private let domains: [DomainDescription]
    private let lookup: Lookup<[UInt8]>

    public init(_ lcm: LCM) {
        domains = lcm.domains
        lookup = Lookup(lcm.domains.enumerated().map { ($1.name, $0) }) { $0.lexicographicallyPrecedes($1) }
    }

    /// The domain of this name; `nil` where there is none.
    public func find(_ name: [UInt8]) -> DomainDescription? { lookup.find(name).map { domains[$0] } }
}

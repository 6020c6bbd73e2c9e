// SPDX-License-Identifier: Apache-2.0

/// One setting of a domain, as the event log has it.
public struct ConfigurationItem: Equatable, Sendable {
    /// The numbers stand in the event log. In brackets: the values.
    public enum Kind: UInt32, CaseIterable, Sendable {
        /// [vcpus]
        case vcpus = 1
        /// [KiB]
        case maxMemory = 2
        /// [vcpu, words of the cpu bitmap ...]
        case hardAffinity = 3
        /// [vcpu, words of the cpu bitmap ...]
        case softAffinity = 4
        /// [credit2 weight]
        case weight = 5
        /// [credit2 cap in percent of one cpu]
        case cap = 6
        /// [high half, low half]
        case handle = 7

        /// The LCM's word.
        public var name: StaticString {
            switch self {
            case .vcpus: "cpus"
            case .maxMemory: "mem-max"
            case .hardAffinity: "hard-affinity"
            case .softAffinity: "soft-affinity"
            case .weight: "weight"
            case .cap: "cap"
            case .handle: "domain-uuid"
            }
        }
    }

    public let kind: Kind
    public let values: [UInt64]

    public init(_ kind: Kind, _ values: [UInt64]) {
        self.kind = kind
        self.values = values
    }
}

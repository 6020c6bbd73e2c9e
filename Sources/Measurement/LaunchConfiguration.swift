// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchEvent {
    /// What the launch does besides measuring: the LCM's settings, and what is applied to each domain.
    public struct Configuration: Equatable, Sendable {
        /// As the LCM asks.
        public var tpmPolicy: TPMPolicy
        /// As the LCM asks.
        public var coverage: Coverage
        /// As the LCM asks.
        public var handoff: HandoffKind
        /// Empty unless the handoff is `exec`.
        public var handoffTarget: [UInt8]
        /// In LCM order.
        public var domains: [Domain]

        public init(
            tpmPolicy: TPMPolicy, coverage: Coverage, handoff: HandoffKind, handoffTarget: [UInt8], domains: [Domain]
        ) {
            self.tpmPolicy = tpmPolicy
            self.coverage = coverage
            self.handoff = handoff
            self.handoffTarget = handoffTarget
            self.domains = domains
        }

        func append(to body: inout [UInt8]) {
            body.append(word: UInt32(tpmPolicy.rawValue))
            body.append(word: UInt32(coverage.rawValue))
            body.append(word: UInt32(handoff.rawValue))
            body.append(counted: handoffTarget)
            body.append(word: UInt32(domains.count))
            for domain in domains { domain.append(to: &body) }
        }

        /// What one domain is given.
        public struct Domain: Equatable, Sendable {
            /// Whose it is.
            public var domid: DomainID
            /// In KiB, as the LCM says it.
            public var memory: UInt64
            /// The domains that must be ready before this one runs, in LCM order.
            public var dependencies: [DomainID]
            /// In the order in which they are applied.
            public var items: [ConfigurationItem]

            public init(domid: DomainID, memory: UInt64, dependencies: [DomainID], items: [ConfigurationItem]) {
                self.domid = domid
                self.memory = memory
                self.dependencies = dependencies
                self.items = items
            }

            fileprivate func append(to body: inout [UInt8]) {
                body.append(word: UInt32(domid.rawValue))
                body.append(long: memory)
                body.append(word: UInt32(dependencies.count))
                for dependency in dependencies { body.append(word: UInt32(dependency.rawValue)) }
                body.append(word: UInt32(items.count))
                for item in items {
                    body.append(word: item.kind.rawValue)
                    body.append(word: UInt32(item.values.count))
                    for value in item.values { body.append(long: value) }
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where a domain's rings are: what xenstored and a console's backend are told. A frame of 0 is none.
public struct DomainRings: Equatable, Sendable {
    /// The guest frame of the ring to xenstore.
    public var storeFrame: UInt64
    /// The domain's own port of that ring.
    public var storePort: UInt64
    /// The guest frame of the PV console's ring.
    public var consoleFrame: UInt64
    /// The domain's own port of that ring.
    public var consolePort: UInt64

    public init(storeFrame: UInt64 = 0, storePort: UInt64 = 0, consoleFrame: UInt64 = 0, consolePort: UInt64 = 0) {
        self.storeFrame = storeFrame
        self.storePort = storePort
        self.consoleFrame = consoleFrame
        self.consolePort = consolePort
    }
}

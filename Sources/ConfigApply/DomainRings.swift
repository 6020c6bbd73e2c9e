// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where a domain's rings are: what xenstored and a console's backend are told. A frame of 0 is none.
public struct DomainRings: Equatable, Sendable {
    public var storeFrame: UInt64
    public var storePort: UInt64
    public var consoleFrame: UInt64
    public var consolePort: UInt64

    public init(storeFrame: UInt64 = 0, storePort: UInt64 = 0, consoleFrame: UInt64 = 0, consolePort: UInt64 = 0) {
        self.storeFrame = storeFrame
        self.storePort = storePort
        self.consoleFrame = consoleFrame
        self.consolePort = consolePort
    }
}

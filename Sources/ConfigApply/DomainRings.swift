// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where a domain's rings to xenstore and of its PV console are, by guest frame and by the domain's own port: what
/// xenstored and a console's backend are told. A frame of 0 is none.
public typealias DomainRings = (xenstoreFrame: UInt64, xenstorePort: UInt64, consoleFrame: UInt64, consolePort: UInt64)

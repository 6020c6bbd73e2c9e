// SPDX-License-Identifier: Apache-2.0

import Platform

/// One of `domb,event-channels`: "PORT:REMOTE". A port of the domain's that waits until the remote domain binds to it.
public struct EventChannel: Equatable, Sendable {
    /// The one that Xen will give: the lowest that is free, so that the remote domain can be told of it beforehand.
    public var port: UInt32
    /// Who may bind it.
    public var remote: Backend

    public init(port: UInt32, remote: Backend) {
        self.port = port
        self.remote = remote
    }

    /// Ports of a domain with two-level event channels (xen/public/event_channel.h, EVTCHN_2L_NR_CHANNELS); 0 is none.
    static let ports: Range<UInt64> = 1..<4096

    init?(_ text: ArraySlice<UInt8>) {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), let port = Decimal.parse(text[..<colon]),
            Self.ports.contains(port)
        else { return nil }
        let name = text[(colon + 1)...]
        guard (1...Limits.nameBytes).contains(name.count) else { return nil }
        self.init(port: UInt32(port), remote: Backend(name: [UInt8](name)))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// What a domain reads at `domb,log-region` (docs/lcm.md): "DOMB LOG", the log's length in eight bytes, little-endian, the
/// log, and whatever the region had before.
struct LogRegionDump {
    private static let magic = Line("DOMB LOG").bytes
    private static let headSize = 16

    let log: [UInt8]

    static func isOne(_ content: [UInt8]) -> Bool { content.starts(with: magic) }

    init(_ content: [UInt8], _ path: String) throws(CommandFailure) {
        let rest = content.dropFirst(Self.headSize)
        let length = content.dropFirst(Self.magic.count).prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard content.count >= Self.headSize, let count = Int(exactly: length), count <= rest.count else {
            throw .malformed("\(path): a log region that says \(length) bytes and has \(rest.count)")
        }
        log = [UInt8](rest.prefix(count))
    }
}

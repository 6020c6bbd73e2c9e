// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Sequencer
import SimulatedPlatform

/// An LCM in a file, read and parsed.
struct LaunchControlFile {
    let path: String
    let byteCount: Int
    /// SHA-256 of the whole: what `domb.lcm=` pins.
    let digest: Digest
    let lcm: LCM

    init(reading path: String) throws(CommandFailure) {
        try self.init(path, try HostFile.read(path, limit: Limits.moduleBytes))
    }

    init(_ path: String, _ bytes: [UInt8]) throws(CommandFailure) {
        let (file, problems, _) = Self.reading(bytes, from: path)
        guard let file else { throw .malformed(problems.first.map { "\(path): \($0.line)" } ?? path) }
        self = file
    }

    private init(_ path: String, _ bytes: [UInt8], _ lcm: LCM) {
        self.path = path
        byteCount = bytes.count
        digest = SwiftCryptoHash.digest(.sha256, of: bytes)
        self.lcm = lcm
    }

    /// As a launch takes it; `module`: what it says, with what is assumed besides.
    func received(_ lcm: LCM) -> ReceivedLCM {
        ReceivedLCM(lcm: lcm, byteCount: UInt64(byteCount), digest: digest)
    }

    /// With everything that is wrong, not only the first thing; no file where there is anything. `unread`: what was passed
    /// over, by which a thing that is missing may be told.
    static func reading(
        _ bytes: [UInt8], from path: String
    ) -> (file: LaunchControlFile?, problems: [LaunchProblem], unread: [UnknownProperty]) {
        let reading = LCM.read(bytes, hashing: SwiftCryptoHash.self)
        guard reading.problems.isEmpty, let lcm = reading.lcm else {
            // Those of DomB's own are among the problems.
            let unread = reading.lcm?.unknownProperties.filter { !$0.name.starts(with: Array("domb,".utf8)) }
            return (nil, LaunchProblem.list(reading, of: bytes), unread ?? [])
        }
        return (LaunchControlFile(path, bytes, lcm), [], lcm.unknownProperties)
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform

/// An LCM in a file, read and parsed.
struct LaunchControlFile {
    let path: String
    let byteCount: Int
    /// SHA-256 of the whole: what `domb.lcm=` pins.
    let digest: Digest
    let module: LaunchControlModule

    init(reading path: String) throws(CommandFailure) {
        try self.init(path, try HostFile.read(path, limit: Limits.moduleBytes))
    }

    init(_ path: String, _ bytes: [UInt8]) throws(CommandFailure) {
        do throws(ParseError) {
            try self.init(parsing: bytes, from: path)
        } catch {
            throw .malformed("\(path): \(error.line)")
        }
    }

    init(parsing bytes: [UInt8], from path: String) throws(ParseError) {
        self.path = path
        byteCount = bytes.count
        digest = SwiftCryptoHash.digest(.sha256, of: bytes)
        module = try LaunchControlModule(parsing: bytes, hashing: SwiftCryptoHash.self)
    }
}

extension ParseError {
    /// "/chosen/hypervisor/broker:domb,weight: TEXT (offset 412)".
    var line: String {
        let what = "\(code.text) (offset \(offset))"
        return place.isEmpty ? what : "\(text(place)): \(what)"
    }
}

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
        self.init(path, bytes, try LaunchControlModule(parsing: bytes, hashing: SwiftCryptoHash.self))
    }

    private init(_ path: String, _ bytes: [UInt8], _ module: LaunchControlModule) {
        self.path = path
        byteCount = bytes.count
        digest = SwiftCryptoHash.digest(.sha256, of: bytes)
        self.module = module
    }

    /// With everything that is wrong, not only the first thing; no file where there is anything.
    static func reading(_ bytes: [UInt8], from path: String) -> (file: LaunchControlFile?, problems: [ParseError]) {
        let reading = LaunchControlModule.read(bytes, hashing: SwiftCryptoHash.self)
        guard reading.problems.isEmpty, let module = reading.module else { return (nil, reading.problems) }
        return (LaunchControlFile(path, bytes, module), [])
    }
}

extension ParseError {
    /// "/chosen/hypervisor/broker:domb,weight: TEXT (offset 412)".
    var line: String {
        let hint = suggestion.map { " (did you mean \($0)?)" } ?? ""
        let what = "\(code.text)\(hint) (offset \(offset))"
        return place.isEmpty ? what : "\(text(place)): \(what)"
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform
import Verification
import Yams

/// What `domb predict --json` prints: schema domb-predict, version 1. Read are `pcr`, a number; `values`, an object of the
/// banks' names and hexadecimal values; and where they are there `lcm`, `identity` and `domains`, by which a difference is
/// told. JSON is YAML.
enum ExpectedFile {
    private static let limit = 1 << 24

    static func read(_ path: String) throws(CommandFailure) -> ExpectedLaunch {
        let bytes = try HostFile.read(path, limit: limit)
        let root: Node?
        do {
            root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw .malformed("\(path): no JSON")
        }
        guard let root, text(root, "format") == "domb-predict", text(root, "version") == "1" else {
            throw .malformed("\(path): not what domb predict --json prints (schema domb-predict, version 1)")
        }
        guard let pcr = text(root, "pcr").flatMap({ UInt32($0) }).flatMap({ PCRIndex(rawValue: $0) }) else {
            throw .malformed("\(path): pcr: a number from 0 to 23 is wanted")
        }
        let lcm = root["lcm"].flatMap { text($0, "sha256") }
        return ExpectedLaunch(
            source: path, pcr: pcr.rawValue, values: try values(root, path), domains: try domains(root, path),
            module: try lcm.map { digits throws(CommandFailure) in try digest(digits, "lcm", path) },
            identity: try root["identity"].map { node throws(CommandFailure) in try identity(node, path) })
    }

    private static func text(_ node: Node, _ key: String) -> String? { node[key]?.scalar?.string }

    private static func digest(_ digits: String, _ member: String, _ path: String) throws(CommandFailure) -> Digest {
        guard let digest = Hexadecimal.bytes(Array(digits.utf8)).flatMap({ Digest(.sha256, bytes: $0) }) else {
            throw .malformed("\(path): \(member): 64 hexadecimal digits are wanted")
        }
        return digest
    }

    private static func values(_ root: Node, _ path: String) throws(CommandFailure) -> [Digest] {
        var values: [Digest] = []
        for (key, value) in root["values"]?.mapping ?? [:] {
            guard let bank = HashAlgorithm.allCases.first(where: { "\($0.name)" == key.scalar?.string }),
                let digest = (value.scalar?.string).flatMap({ Hexadecimal.bytes(Array($0.utf8)) })
                    .flatMap({ Digest(bank, bytes: $0) }),
                !values.contains(where: { $0.algorithm == bank })
            else {
                throw .malformed("\(path): values: a bank's name and as many hexadecimal digits as it has are wanted")
            }
            values.append(digest)
        }
        guard !values.isEmpty else { throw .malformed("\(path): values: none") }
        return values
    }

    private static func domains(_ root: Node, _ path: String) throws(CommandFailure) -> [ExpectedLaunch.Domain] {
        var domains: [ExpectedLaunch.Domain] = []
        for (index, node) in (root["domains"]?.sequence ?? []).enumerated() {
            guard let domid = text(node, "domid").flatMap({ UInt16($0) }), let name = text(node, "name"),
                let digits = text(node, "recordSha256")
            else {
                throw .malformed("\(path): domains: item \(index + 1): domid, name and recordSha256 are wanted")
            }
            domains.append(
                ExpectedLaunch.Domain(
                    domid: domid, name: name, record: try digest(digits, "domains: item \(index + 1)", path)))
        }
        return domains
    }

    /// As `domb log --json` has it, too.
    private static func identity(
        _ node: Node, _ path: String
    ) throws(CommandFailure) -> ExpectedLaunch.Identity {
        func member(_ key: String) throws(CommandFailure) -> String {
            guard let value = text(node, key) else {
                throw .malformed("\(path): identity: \(key): text is wanted")
            }
            return value
        }
        return ExpectedLaunch.Identity(
            buildID: try member("buildID"), commandLine: try member("commandLine"),
            xenVersion: try member("xenVersion"), xenBuildID: try member("xenBuildID"),
            xenCommandLine: try member("xenCommandLine"), xsm: try member("xsm"))
    }
}

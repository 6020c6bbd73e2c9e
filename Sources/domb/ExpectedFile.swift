// SPDX-License-Identifier: Apache-2.0

import Platform
import Verification
import Yams

/// What `domb predict --json` prints: schema domb-predict, version 1. Of its members `pcr`, a number, and `values`, an
/// object of the banks' names and hexadecimal values, are read. JSON is YAML.
enum ExpectedFile {
    private static let limit = 1 << 24

    static func read(_ path: String) throws(CommandFailure) -> Evidence.Expected {
        let bytes = try HostFile.read(path, limit: limit)
        let root: Node?
        do {
            root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw .malformed("\(path): no JSON")
        }
        guard let root, root["format"]?.scalar?.string == "domb-predict", root["version"]?.scalar?.string == "1" else {
            throw .malformed("\(path): not what domb predict --json prints (schema domb-predict, version 1)")
        }
        guard let digits = root["pcr"]?.scalar?.string, let pcr = UInt32(digits).flatMap({ PCRIndex(rawValue: $0) })
        else {
            throw .malformed("\(path): pcr: a number from 0 to 23 is wanted")
        }
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
        return Evidence.Expected(pcr: pcr.rawValue, values: values)
    }
}

// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform
import SimulatedPlatform

/// A digest that stands for nothing: what waits for a file that has it waits for ever.
struct EmptyDigest {
    private static let ofNothing = SwiftCryptoHash.digest(.sha256, of: [])

    /// A description's keys, and the domain that has them; `nil` for the launch.
    private let keys: [String]
    private let domain: DomainDescription?
    /// "the digest of its kernel is zeros".
    private let words: String

    /// `nil` for one that a file may have.
    private init?(_ digest: Digest?, _ name: String, _ keys: [String], _ domain: DomainDescription?) {
        guard let digest else { return nil }
        if digest.bytes.allSatisfy({ $0 == 0 }) {
            words = "\(name) is zeros, which no file has"
        } else if digest == Self.ofNothing {
            words = "\(name) is that of an empty file"
        } else {
            return nil
        }
        self.keys = keys
        self.domain = domain
    }

    /// Those of an LCM: no launch gets past them.
    static func all(in lcm: LCM) -> [EmptyDigest] {
        let store = EmptyDigest(lcm.settings.xenstored, "xenstored's digest", ["launch.xenstored"], nil)
        return (store.map { [$0] } ?? [])
            + lcm.domains.flatMap { domain in
                [EmptyDigest(domain.kernel.expectedDigest, "the digest of its kernel", ["kernel"], domain)].compactMap {
                    $0
                }
                    + domain.loadedModules.compactMap {
                        EmptyDigest($0.expectedDigest, "the digest of its ramdisk", ["ramdisk"], domain)
                    }
            }
    }

    /// Of a compiled LCM.
    var refusal: CheckRefusal { CheckRefusal(code: "digest", words, in: domain) }

    func refusal(at places: DescriptionPlaces) -> CheckRefusal {
        places.refusal("digest", keys, domain?.domid, words)
    }
}

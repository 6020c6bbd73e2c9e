// SPDX-License-Identifier: Apache-2.0

import CryptoBindings
import Platform
import SimulatedPlatform
import Testing

/// PID 1's hash, by libcrypto, is the host tool's, by swift-crypto.
@Suite struct LibcryptoHashTests {
    /// Around the ends of a block, of its padding, and of several.
    private static let sizes = [
        0, 1, 2, 31, 55, 56, 57, 63, 64, 65, 111, 112, 113, 119, 127, 128, 129, 255, 4096, 10_007,
    ]

    private func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

    @Test(arguments: HashAlgorithm.allCases, sizes) func everySizeHasItsDigest(algorithm: HashAlgorithm, size: Int) {
        let bytes = content(size)
        #expect(LibcryptoHash.digest(algorithm, of: bytes) == SwiftCryptoHash.digest(algorithm, of: bytes))
    }

    /// NIST's own: "abc".
    @Test func theStandardsExampleIsRight() {
        let line: Line = "\(hexBytes: LibcryptoHash.digest(.sha256, of: Array("abc".utf8)).bytes)"
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(String(decoding: line.bytes, as: UTF8.self) == expected)
    }

    /// However the content is cut.
    @Test(arguments: HashAlgorithm.allCases) func piecesAreTheWhole(algorithm: HashAlgorithm) {
        let bytes = content(1000)
        for piece in [1, 7, 64, 65, 128, 999] {
            var hash = LibcryptoHash(algorithm)
            for start in stride(from: 0, to: bytes.count, by: piece) {
                hash.update(bytes.span.extracting(start..<min(start + piece, bytes.count)))
            }
            #expect(hash.finish() == SwiftCryptoHash.digest(algorithm, of: bytes), "pieces of \(piece)")
        }
    }

    /// A copy goes on by itself: the cap's digest is finished while the log goes on.
    @Test(arguments: HashAlgorithm.allCases) func aCopyIsAHashOfItsOwn(algorithm: HashAlgorithm) {
        var one = LibcryptoHash(algorithm)
        one.update(content(100).span)
        var other = one
        #expect(other.finish() == SwiftCryptoHash.digest(algorithm, of: content(100)))
        let rest: [UInt8] = [9, 9]
        one.update(rest.span)
        #expect(one.finish() == SwiftCryptoHash.digest(algorithm, of: content(100) + rest))
    }
}

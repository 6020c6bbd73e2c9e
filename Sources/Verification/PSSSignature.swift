// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras

/// RSASSA-PSS with a salt of whatever length (RFC 8017, 8.1.2 and 9.1.2; MGF1 with the message's own hash, as TPMs have it).
///
/// A TPM's salt is as long as key and hash allow; only one by FIPS takes the hash's length (TPM 2.0 Library, part 1, B.7).
/// swift-crypto verifies that length alone.
struct PSSSignature {
    let bytes: [UInt8]

    /// Whether the key made it of that digest.
    func isValid<Hash: HashFunction>(by key: _RSA.Signing.PublicKey, for digest: Hash.Digest, hash: Hash.Type) -> Bool {
        guard let primitives = AttestationKey.attempt({ try key.getKeyPrimitives() }) else { return false }
        let modulus = [UInt8](primitives.modulus.drop { $0 == 0 })
        let operation = PublicExponentiation(modulus: modulus, exponent: [UInt8](primitives.publicExponent))
        guard let first = modulus.first, let opened = operation.power(of: bytes) else { return false }
        // emBits is one less than the modulus has: a whole byte less where its first byte is 1.
        let bits = 8 * modulus.count - first.leadingZeroBitCount - 1
        let unused = opened.count - (bits + 7) / 8
        guard opened.prefix(unused).allSatisfy({ $0 == 0 }) else { return false }
        return Self.isEncoded([UInt8](opened.dropFirst(unused)), bits: bits, of: [UInt8](digest), Hash.self)
    }

    /// EMSA-PSS-VERIFY: a masked block of zeros, a 1 and the salt; a hash; 0xBC.
    private static func isEncoded<Hash: HashFunction>(
        _ encoded: [UInt8], bits: Int, of digest: [UInt8], _: Hash.Type
    ) -> Bool {
        let size = digest.count
        guard encoded.count >= size + 2, encoded.last == 0xBC else { return false }
        let masked = encoded.dropLast(size + 1)
        let hash = encoded.dropLast().suffix(size)
        let topMask = UInt8(0xFF) >> UInt8(8 * encoded.count - bits)
        guard let top = masked.first, top & ~topMask == 0 else { return false }
        var block = zip(masked, mask([UInt8](hash), count: masked.count, Hash.self)).map { $0 ^ $1 }
        block[0] &= topMask
        let salted = block.drop { $0 == 0 }
        guard salted.first == 1 else { return false }
        var other = Hash()
        other.update(data: [UInt8](repeating: 0, count: 8) + digest + salted.dropFirst())
        return other.finalize().elementsEqual(hash)
    }

    /// MGF1 (B.2.1).
    private static func mask<Hash: HashFunction>(_ seed: [UInt8], count: Int, _: Hash.Type) -> [UInt8] {
        var mask: [UInt8] = []
        var counter: UInt32 = 0
        while mask.count < count {
            let number = (0..<4).reversed().map { UInt8(truncatingIfNeeded: counter >> UInt32(8 * $0)) }
            mask += [UInt8](Hash.hash(data: seed + number))
            counter += 1
        }
        return mask
    }
}

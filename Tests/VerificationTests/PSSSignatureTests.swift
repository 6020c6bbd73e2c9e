// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import Verification

/// RSASSA-PSS by a key of 2049 bits: what is encoded has a byte less than the modulus (RFC 8017, 8.1.2).
@Suite struct PSSSignatureTests {
    private static let message = Array("message".utf8)
    private static let key = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEBwMSQUzJPxT8rTwHQEn/Z
        cS21BnkKcphkcWwizGJXg8Q2zIv7LlbnXTwwUIeXzGXJRmtlwjhm8R8ekFr7mlKD
        1N7SaEt0mp5Ku2Bh+JTHZAmG/eFLBzRbD6/YvEQGRuE53VyhJWH+OMAYRu4dELuo
        uBPZydf9oQ91UsmQWy+j2Su9Y6QKmyBtHStQ0eNLlHhD+QjSQcenuInNEuA4KyQY
        5rZPHakCcOv4yt7B/47GaLh7UAmPOqaQqaxfY2ZXZwt8XNNdn6GK9TAAPB1LghfG
        Tq4GHnC9SUVp9WqKfA803pM6hZisTf0vxIS0DSIh2YB7QSx63XTyOLlo2XBvGwGH
        DwIDAQAB
        -----END PUBLIC KEY-----

        """

    /// With a salt of 32 bytes.
    private static let good = """
        AY4iC9Spw+Hlf6WW3MltsfH2sOecD12yvZwXZ4RNlVDOUZNArTixgGkqR6CtSBjQzJPdIw/2xlZnXBIUjZ0lOGRwdVw+OJJoyjxgtl5621qP
        1jxBGEEGIsxN5D0+C9HhZuS2h4nAmGCYGbfTwjG11YHkyfJY0UEQ4eCApWdfQ11v68PbEdtcd6LNQOku7o7HaS+yM/hBMTiEMErRiiU74KqO
        +0YNTMyKWMHCFliJjnkrURsxepkVu7gcOB64eF11c82DlQYwR5LAixjwfPZIP64KT09IYsReFYWoiqTQ3ia0RJSB0gfnnaXoq+GNk8HXX18Z
        IO9Pxy236nwbu+LNGKI=
        """

    /// The same encoded message with a 1 in the byte before it, which has to be zero: only who has the key can make it.
    private static let widened = """
        AHY1GaTw49Kl/93ENwaJBoJ9iYJ2+lZg+X2eQ8hIg68gdViIDBIQKZpa8Ml4U6mLBf7H2X0c1H+voBAIGXnrKZD9s7ZwD1rj8rEbXt8dgNnP
        ipqN+FO9uQN1ObbXIq7RP39m5kJVel7mtpqKixfdCunNrsYa1+//mrE2Xgk+x5IFuNNqAGa/UEYnIuJXBTIYkA8jPVKL4zM/WFZaYawCemAd
        5/8scuHdLUjarPigCU2TR5pVuNXa26be6SUVUg//bZwO5/6LKA5lK5CdR4fL9ykY0LvV0F0VL2lCWCWc007YA6LQvR94mpCoRu+PanvwYRHw
        1Ecj9PUTELJB0AOcXh4=
        """

    private func isValid(_ bytes: [UInt8], over message: [UInt8] = Self.message) throws -> Bool {
        let key = try AttestationKey(parsing: Array(Self.key.utf8))
        #expect(key.name == "RSA of 2049 bits")
        let size = [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
        let signature = try TPMSignature(parsing: [0, 0x16, 0, 0x0B] + size + bytes)
        return key.verifies(signature, over: message, plainHash: nil)
    }

    private func decoded(_ text: String) throws -> [UInt8] {
        try #require(Base64.decoded(Array(text.replacing("\n", with: "").utf8)))
    }

    @Test func whatIsEncodedHasAByteLessThanTheModulus() throws {
        let good = try decoded(Self.good)
        #expect(good.count == 257)
        #expect(try isValid(good))
        #expect(try !isValid(good, over: Self.message + [0]))
        for place in [0, 1, 128, 255, 256] {
            var changed = good
            changed[place] ^= 1
            #expect(try !isValid(changed), "byte \(place)")
        }
    }

    @Test func theByteBeforeItIsZero() throws {
        let (good, widened) = (try decoded(Self.good), try decoded(Self.widened))
        let lines = Self.key.split(separator: "\n")
        // The modulus is the last but the exponent, which has five bytes with its head.
        let der = try decoded(lines.dropFirst().dropLast().joined())
        let operation = PublicExponentiation(modulus: [UInt8](der.dropLast(5).suffix(257)), exponent: [1, 0, 1])
        let opened = try #require(operation.power(of: good))
        #expect(operation.power(of: widened) == [1] + opened.dropFirst())
        #expect(opened.first == 0)
        #expect(try !isValid(widened))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Verification
@testable import domb

/// A public key in every file that people have it in, and what else they give.
@Suite struct KeyFormTests {
    private func problem(_ bytes: [UInt8]) -> StructureError.Code? {
        do throws(StructureError) {
            _ = try AttestationKey(parsing: bytes)
            return nil
        } catch {
            return error.code
        }
    }

    private func openssl(_ sandbox: Sandbox, _ arguments: [String]) throws -> [UInt8] {
        try Tool.run(["openssl"] + arguments, in: sandbox.folder)
    }

    private func makeKey(_ sandbox: Sandbox, _ kind: String, _ name: String) throws {
        if kind == "rsa" {
            _ = try openssl(sandbox, ["genrsa", "-out", name, "2048"])
        } else {
            _ = try openssl(sandbox, ["ecparam", "-name", kind, "-genkey", "-noout", "-out", name])
        }
    }

    @Test(arguments: ["rsa", "P-256", "P-384", "P-521"]) func aKeyIsReadInEveryForm(kind: String) throws {
        try Sandbox.run { sandbox throws in
            try makeKey(sandbox, kind, "key.pem")
            let pem = try openssl(sandbox, ["pkey", "-in", "key.pem", "-pubout"])
            let text = try openssl(sandbox, ["pkey", "-in", "key.pem", "-pubout", "-text_pub"])
            let certificate = ["req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=ak", "-days", "2"]
            var forms = [
                pem, Array("Bag Attributes\n    friendlyName: ak\n".utf8) + pem,
                Array(String(decoding: pem, as: UTF8.self).replacing("\n", with: "\r\n").utf8), text,
                [UInt8](pem.dropLast()),
                try openssl(sandbox, ["pkey", "-in", "key.pem", "-pubout", "-outform", "DER"]),
                try openssl(sandbox, certificate), try openssl(sandbox, certificate + ["-outform", "DER"]),
                try openssl(sandbox, certificate + ["-text"]),
            ]
            if kind == "rsa" {
                for form in ["PEM", "DER"] {
                    forms.append(
                        try openssl(sandbox, ["rsa", "-in", "key.pem", "-RSAPublicKey_out", "-outform", form]))
                }
            }
            for (index, form) in forms.enumerated() {
                let key = try? AttestationKey(parsing: form)
                #expect(key?.name == (kind == "rsa" ? "RSA of 2048 bits" : "ECDSA \(kind)"), "form \(index)")
                #expect(key?.isKnownToBeRestricted == false, "form \(index)")
                // The text of a public key stands behind the key.
                for length in stride(from: 0, to: form == text ? 0 : form.count / 2, by: 17) {
                    #expect(problem([UInt8](form[..<length])) != nil, "form \(index), cut to \(length)")
                }
            }
        }
    }

    @Test func whatIsNoAttestationKeyIsToldByItsName() throws {
        try Sandbox.run { sandbox throws in
            try makeKey(sandbox, "rsa", "key.pem")
            #expect(problem(try sandbox.read("key.pem")) == .privateKey)
            let certificate = [
                "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=ek", "-days", "2", "-addext",
                "extendedKeyUsage=2.23.133.8.1",
            ]
            #expect(problem(try openssl(sandbox, certificate)) == .endorsementKey)
            #expect(problem(try openssl(sandbox, certificate + ["-outform", "DER"])) == .endorsementKey)
            _ = try openssl(sandbox, ["genrsa", "-out", "weak.pem", "1024"])
            #expect(problem(try openssl(sandbox, ["pkey", "-in", "weak.pem", "-pubout"])) == .weakKey)
            #expect(problem([0xBA, 0xDC, 0xC0, 0xDE, 0, 0]) == .keyContext)
            #expect(problem(Array("-----BEGIN PUBLIC KEY-----\n".utf8)) == .badKey)
            #expect(problem(Array("-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n".utf8)) == .badKey)
            #expect(problem([0x30, 0]) == .badKey)
        }
    }
}

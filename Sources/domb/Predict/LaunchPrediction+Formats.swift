// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform
import SimulatedPlatform

extension LaunchPrediction {
    func written(as format: PredictionFormat) throws(CommandFailure) -> [UInt8] {
        switch format {
        case .table: lines(table)
        case .json: lines(json.written())
        case .pcrlock: lines(pcrlock.written())
        case .keylime: lines(keylime.written())
        case .policy: lines(hexadecimal(policyDigest.bytes))
        case .log: log
        }
    }

    private func lines(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

    private var pcr: PCRIndex { reader.pcr }

    private var table: String {
        var lines = ["prediction for \(file.path), sha256 \(hexadecimal(file.digest.bytes))"]
        for domain in domains {
            lines.append(
                "domain \(domain.domid.rawValue) (\(text(domain.name))): record sha256 "
                    + hexadecimal(domain.digest.bytes))
        }
        for value in values {
            let bank = value.algorithm.name.description
            let space = String(repeating: " ", count: 7 - bank.count)
            lines.append("PCR \(pcr.rawValue) \(bank)\(space)\(hexadecimal(value.bytes))")
        }
        return lines.joined(separator: "\n")
    }

    private var json: JSON {
        .object([
            ("format", .string("domb-predict")), ("version", .number(1)),
            (
                "lcm",
                .object([("file", .string(file.path)), ("sha256", .string(hexadecimal(file.digest.bytes)))])
            ),
            ("identity", .object(LaunchEvent.identity(identity).members)), ("pcr", .number(pcr.rawValue)),
            ("values", .object(values.map { ($0.algorithm.name.description, .string(hexadecimal($0.bytes))) })),
            (
                "domains",
                .array(
                    domains.map {
                        .object([
                            ("domid", .number($0.domid.rawValue)), ("name", .string(text($0.name))),
                            ("recordSha256", .string(hexadecimal($0.digest.bytes))),
                        ])
                    })
            ),
        ])
    }

    /// systemd.pcrlock(5): one component of the boot, its measurements in order. A subset of the TCG's CEL-JSON.
    private var pcrlock: JSON {
        .object([
            (
                "records",
                .array(
                    reader.records.map { record in
                        .object([
                            ("pcr", .number(pcr.rawValue)),
                            (
                                "digests",
                                .array(
                                    record.digests.map {
                                        .object([
                                            ("hashAlg", .string($0.algorithm.name.description)),
                                            ("digest", .string(hexadecimal($0.bytes))),
                                        ])
                                    })
                            ),
                        ])
                    })
            )
        ])
    }

    /// Keylime's tpm_policy: the values that a PCR may have, of whatever bank.
    private var keylime: JSON {
        .object([("\(pcr.rawValue)", .array(values.map { .string(hexadecimal($0.bytes)) }))])
    }

    /// What TPM2_PolicyPCR makes of a fresh session with the hash SHA-256, of whatever bank the PCR is (TPM 2.0 Library,
    /// part 3, TPM2_PolicyPCR): H(zeros || TPM_CC_PolicyPCR || TPML_PCR_SELECTION || H(the PCR)).
    private var policyDigest: Digest {
        let value = values[0]
        var map: [UInt8] = [0, 0, 0]
        map[Int(pcr.rawValue) / 8] = 1 << (UInt8(truncatingIfNeeded: pcr.rawValue) % 8)
        var input = [UInt8](repeating: 0, count: HashAlgorithm.sha256.digestSize)
        input += [0, 0, 1, 0x7F]  // TPM_CC_PolicyPCR
        input += [0, 0, 0, 1]  // one TPMS_PCR_SELECTION
        let bank = value.algorithm.rawValue
        input += [UInt8(truncatingIfNeeded: bank >> 8), UInt8(truncatingIfNeeded: bank)]
        input += [UInt8(truncatingIfNeeded: map.count)] + map
        input += SwiftCryptoHash.digest(.sha256, of: value.bytes).bytes
        return SwiftCryptoHash.digest(.sha256, of: input)
    }
}

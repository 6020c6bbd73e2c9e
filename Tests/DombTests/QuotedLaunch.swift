// SPDX-License-Identifier: Apache-2.0

import Foundation
import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// The launch of Tests/Fixtures/appliance-measurements.bin, extended again into a swtpm with banks of the test's choice,
/// and what tpm2-tools say of it. Made once; keys take their time.
struct QuotedLaunch {
    static let nonce = "a1b2c3d4e5f60718"
    static let oneBank = Result { try QuotedLaunch(banks: [.sha256]) }
    static let twoBanks = Result { try QuotedLaunch(banks: [.sha1, .sha256]) }
    static let threeBanks = Result { try QuotedLaunch(banks: [.sha256, .sha384, .sha512]) }

    let banks: [HashAlgorithm]
    /// log, pcrs; RSA and ECC each: .msg, .sig, .pem, .tss, .tpmt, .der; ek.tss ...; other.pem, elsewhere.msg ...
    var files: [String: [UInt8]] = [:]
    let eventLog: SoftwareTPM.Output
    /// `tpm2_checkquote -e`, by the key's name.
    var checkQuote: [String: SoftwareTPM.Output] = [:]

    init(banks: [HashAlgorithm]) throws {
        self.banks = banks
        let tpm = try SoftwareTPM(banks: banks.map { "\($0.name)" }.joined(separator: ","))
        let log = try Self.log(banks)
        try tpm.write(log, to: "log")
        for record in try EventLogReader(parsing: log).records { try Self.extend(tpm, 11, record.digests) }
        try tpm.write(Array(try tpm.succeed("tpm2_pcrread").utf8), to: "pcrs")
        eventLog = try tpm.run(["tpm2_eventlog", "log"])
        let selection = banks.map { "\($0.name):11" }.joined(separator: "+")
        for (key, algorithm, scheme) in [("rsa", "rsa", "rsassa"), ("ecc", "ecc", "ecdsa"), ("other", "ecc", "ecdsa")] {
            try tpm.makeKey(key, algorithm: algorithm, scheme: scheme)
            try tpm.quote(key, selection, nonce: Self.nonce, to: key)
            checkQuote[key] = try tpm.run([
                "tpm2_checkquote", "-Q", "-u", "\(key).pem", "-m", "\(key).msg", "-s", "\(key).sig", "-f",
                "\(key).pcrs",
                "-q", Self.nonce, "-e", "log",
            ])
            try tpm.quote(key, selection, nonce: Self.nonce, to: "plain-\(key)", "-f", "plain")
        }
        try tpm.exportKey("ek")
        try tpm.quote("ecc", "sha256:11,12", nonce: Self.nonce, to: "wider")
        try tpm.quote("ecc", "sha256:12", nonce: Self.nonce, to: "elsewhere")
        for name in try FileManager.default.contentsOfDirectory(atPath: tpm.folder)
        where [".msg", ".sig", ".pem", ".tss", ".tpmt", ".der"].contains(where: { name.hasSuffix($0) }) {
            files[name] = try tpm.read(name)
        }
        files["log"] = log
        files["pcrs"] = try tpm.read("pcrs")
    }

    /// The fixture's events, recorded anew.
    static func log(_ banks: [HashAlgorithm]) throws -> [UInt8] {
        let bytes = try HostFile.read(Sandbox.fixtures + "/appliance-measurements.bin", limit: EventLogReader.limit)
        var recorder = Recorder<SwiftCryptoHash>(pcr: .standard, banks: banks)
        for record in try EventLogReader(parsing: bytes).records {
            guard case .event(let event, _) = record.content else { continue }
            if case .cap = event { continue }
            _ = recorder.record(event)
        }
        _ = recorder.recordCap(launchFailed: false)
        return recorder.log.bytes
    }

    static func extend(_ tpm: SoftwareTPM, _ pcr: UInt32, _ digests: [Platform.Digest]) throws {
        let list = digests.map { "\($0.algorithm.name)=\(hexadecimal($0.bytes))" }.joined(separator: ",")
        _ = try tpm.succeed("tpm2_pcrextend", "\(pcr):\(list)")
    }
}

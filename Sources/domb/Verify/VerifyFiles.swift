// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform
import SimulatedPlatform
import Verification

/// The files that a verifier has besides the log.
struct VerifyFiles: ParsableArguments {
    @Option(
        help: "PCR values: what tpm2_pcrread prints for all banks, or what tpm2_quote -o writes.", completion: .file())
    var pcrs: String?
    @Option(help: "A quote: what tpm2_quote -m writes. With --sig, --ak and --nonce.", completion: .file())
    var quote: String?
    @Option(help: "The quote's signature: what tpm2_quote -s writes.", completion: .file())
    var sig: String?
    @Option(
        help: "The attestation key's public half: what tpm2_readpublic -f tss writes, PEM, DER, or a certificate.",
        completion: .file())
    var ak: String?
    @Option(help: "What the quote had to contain (tpm2_quote -q), in hexadecimal digits.")
    var nonce: String?
    @Option(help: "The log of firmware and boot loader: binary_bios_measurements.", completion: .file())
    var firmwareLog: String?
    @Option(
        help: ArgumentHelp(
            "A file that firmware or boot loader read to start the boot domain; give each of them.", valueName: "file"),
        completion: .file())
    var launcherFile: [String] = []
    @Option(
        help: ArgumentHelp(
            "A folder any file of which the boot loader may have read, such as that of its modules.",
            valueName: "folder"),
        completion: .directory)
    var launcherFolder: [String] = []
    @Option(
        help: ArgumentHelp(
            "PCR values of a boot that was trusted, as for --pcrs: firmware and its configuration must be the same.",
            valueName: "file"),
        completion: .file())
    var baseline: String?
    @Option(
        help: ArgumentHelp(
            "What domb predict --json printed, or a description; given several times, the launch must be one of them.",
            valueName: "file"),
        completion: .file())
    var expect: [String] = []

    /// A kernel and an initramfs with debug symbols are some hundreds of MiB.
    private static let launcherLimit = 1 << 30

    var hasEvidence: Bool { pcrs != nil || quote != nil || firmwareLog != nil || baseline != nil }

    mutating func validate() throws {
        let given = [quote, sig, ak, nonce].filter { $0 != nil }.count
        guard given == 0 || given == 4 else {
            throw ValidationError("--quote, --sig, --ak and --nonce belong together")
        }
        if let nonce { _ = try nonceBytes(nonce) }
    }

    /// An empty nonce would be no question at all.
    private func nonceBytes(_ digits: String) throws -> [UInt8] {
        guard let bytes = Hexadecimal.bytes(Array(digits.utf8)), (1...64).contains(bytes.count) else {
            throw ValidationError("--nonce: 1 to 64 bytes in hexadecimal digits are wanted")
        }
        return bytes
    }

    func evidence() throws -> Evidence {
        var evidence = Evidence()
        evidence.firmwareLog = try firmwareLog.map {
            try Self.read($0, limit: FirmwareLog.limit, "offset", isPacked: true, FirmwareLog.init(parsing:))
        }
        if let quote, let sig, let ak, let nonce {
            // A TPM2B is never larger than its two bytes of size can say.
            let limit = 1 << 16
            evidence.quote = Evidence.Quote(
                quote: try Self.read(quote, limit: limit, "offset", TPMQuote.init(parsing:)),
                signature: try Self.read(sig, limit: limit, "offset", TPMSignature.init(parsing:)),
                key: try Self.read(ak, limit: AttestationKey.limit, "offset", AttestationKey.init(parsing:)),
                nonce: try nonceBytes(nonce))
        }
        let selections = evidence.quote?.quote.selections ?? []
        evidence.pcrs = try pcrs.map { try Self.values($0, selections) }
        evidence.baseline = try baseline.map { try Self.values($0, []) }
        for file in expect { evidence.expected.append(try ExpectedFile.read(file)) }
        for file in launcherFile {
            let content = try HostFile.read(file, limit: Self.launcherLimit)
            evidence.launcherFiles.append(LauncherFile(name: file, content: content, hashing: SwiftCryptoHash.self))
        }
        for folder in launcherFolder {
            for name in try HostFile.names(in: folder) {
                let content = try HostFile.read("\(folder)/\(name)", limit: Self.launcherLimit)
                evidence.launcherModules.append(
                    LauncherFile(name: name, content: content, hashing: SwiftCryptoHash.self))
            }
        }
        return evidence
    }

    private static func values(
        _ path: String, _ selections: [TPMQuote.Selection]
    ) throws(CommandFailure) -> PCRValues {
        try read(path, limit: PCRValues.limit, "line") { bytes throws(StructureError) in
            try PCRValues(parsing: bytes, selectedBy: selections)
        }
    }

    private static func read<Value>(
        _ path: String, limit: Int, _ unit: String, isPacked: Bool = false,
        _ parse: ([UInt8]) throws(StructureError) -> Value
    ) throws(CommandFailure) -> Value {
        let file = try HostFile.read(path, limit: limit)
        let bytes = isPacked ? try PackedFile.unpacked(file, path, limit: limit) : file
        do throws(StructureError) {
            return try parse(bytes)
        } catch {
            throw .malformed("\(path): \(error.code.text) (\(unit) \(error.offset))")
        }
    }
}

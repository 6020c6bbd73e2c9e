// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Verification

/// What `domb predict --json` prints: schema domb-predict, version 1. Read are `pcr`, a number; `values`, an object of the
/// banks' names and hexadecimal values; and where they are there `lcm`, `identity` and `domains`, by which a difference is
/// told.
struct ExpectedFile: Decodable {
    private struct Module: Decodable { let sha256: String }

    private struct Domain: Decodable {
        let domid: UInt16
        let name: String
        let recordSha256: String
    }

    /// As `domb log --json` has it, too.
    private struct Identity: Decodable {
        let buildID: String
        let commandLine: String
        let xenVersion: String
        let xenBuildID: String
        let xenCommandLine: String
        let xsm: String
    }

    private struct Head: Decodable {
        let format: String
        let version: Int
    }

    private let lcm: Module?
    private let identity: Identity?
    private let pcr: UInt32
    private let values: [String: String]
    private let domains: [Domain]?

    /// The most domains that there can be, with names as long as they can be, are some 6 MiB.
    private static let limit = 1 << 23

    static func read(_ path: String) throws(CommandFailure) -> ExpectedLaunch {
        let input = try LaunchInput(reading: path)
        if input.format == .description { return try predicted(path) }
        guard input.bytes.count <= limit else { throw .malformed("\(path): larger than \(limit) bytes") }
        let bytes = input.bytes
        if let name = JSONKeys.repeated(in: bytes) {
            throw .malformed("\(path): \(domb.text(name)): a name that is there twice, or written with a backslash")
        }
        let data = Data(bytes)
        guard let head = try? JSONDecoder().decode(Head.self, from: data), head.format == "domb-predict",
            head.version == 1
        else {
            throw .malformed("\(path): not what domb predict --json prints (schema domb-predict, version 1)")
        }
        do {
            return try JSONDecoder().decode(Self.self, from: data).launch(path)
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as DecodingError {
            throw .malformed("\(path): \(Self.text(error))")
        } catch {
            throw .malformed("\(path): not what domb predict --json prints")
        }
    }

    /// What `domb predict` says of a description that needs no further word.
    private static func predicted(_ path: String) throws(CommandFailure) -> ExpectedLaunch {
        let json: [UInt8]
        do {
            json = try PredictCommand.parse([path]).prediction().written(as: .json)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .usage("\(path): \(Domb.message(for: error))")
        }
        do {
            return try JSONDecoder().decode(Self.self, from: Data(json)).launch(path)
        } catch {
            throw .internalError("\(path): its prediction cannot be read")
        }
    }

    private static func text(_ error: DecodingError) -> String {
        let (context, problem): (DecodingError.Context, String) =
            switch error {
            case .typeMismatch(_, let context): (context, "of another type")
            case .valueNotFound(_, let context): (context, "null")
            case .keyNotFound(let key, let context): (context, "without \(key.stringValue)")
            case .dataCorrupted(let context): (context, "malformed")
            @unknown default: (DecodingError.Context(codingPath: [], debugDescription: ""), "malformed")
            }
        let place = context.codingPath.map { key in
            key.intValue.map { "item \($0 + 1)" } ?? domb.text(Array(key.stringValue.utf8))
        }
        return (place.isEmpty ? "" : place.joined(separator: ": ") + ": ") + problem
    }

    private func launch(_ path: String) throws(CommandFailure) -> ExpectedLaunch {
        guard let index = PCRIndex(rawValue: pcr) else {
            throw .malformed("\(path): pcr: a number from 0 to 23 is wanted")
        }
        var records: [ExpectedLaunch.Domain] = []
        for (number, domain) in (domains ?? []).enumerated() {
            let record = try Self.digest(domain.recordSha256, "domains: item \(number + 1)", path)
            records.append(ExpectedLaunch.Domain(domid: domain.domid, name: domain.name, record: record))
        }
        var module: Digest?
        if let lcm { module = try Self.digest(lcm.sha256, "lcm", path) }
        return ExpectedLaunch(
            source: path, pcr: index.rawValue, values: try digests(path), domains: records, lcm: module,
            identity: identity.map {
                ExpectedLaunch.Identity(
                    buildID: $0.buildID, commandLine: $0.commandLine, xenVersion: $0.xenVersion,
                    xenBuildID: $0.xenBuildID, xenCommandLine: $0.xenCommandLine, xsm: $0.xsm)
            })
    }

    private func digests(_ path: String) throws(CommandFailure) -> [Digest] {
        var digests: [Digest] = []
        for (name, digits) in values {
            guard let bank = HashAlgorithm.allCases.first(where: { "\($0.name)" == name }),
                let digest = Hexadecimal.bytes(Array(digits.utf8)).flatMap({ Digest(bank, bytes: $0) })
            else {
                throw .malformed("\(path): values: a bank's name and as many hexadecimal digits as it has are wanted")
            }
            digests.append(digest)
        }
        guard !digests.isEmpty else { throw .malformed("\(path): values: none") }
        return digests
    }

    private static func digest(_ digits: String, _ member: String, _ path: String) throws(CommandFailure) -> Digest {
        guard let digest = Hexadecimal.bytes(Array(digits.utf8)).flatMap({ Digest(.sha256, bytes: $0) }) else {
            throw .malformed("\(path): \(member): 64 hexadecimal digits are wanted")
        }
        return digest
    }
}

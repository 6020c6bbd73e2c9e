// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import Sequencer

extension LaunchEvent {
    /// For people.
    var details: [String] {
        switch self {
        case .identity(let identity):
            return [
                "DomB \(hexadecimal(identity.buildID)), command line \"\(text(identity.commandLine))\"",
                "Xen \(text(identity.xenVersion)) \(hexadecimal(identity.xenBuildID)), XSM "
                    + "\(identity.securityMode.name), command line \"\(text(identity.xenCommandLine))\"",
            ]
        case .lcm(let byteCount, let digest): return ["\(byteCount) bytes, sha256 \(hexadecimal(digest.bytes))"]
        case .nextInit(let path, let byteCount, let digest):
            return ["\(text(path)): \(byteCount) bytes, sha256 \(hexadecimal(digest.bytes))"]
        case .domain(let record): return record.details
        case .cap(let records, let digest): return ["\(records) records, sha256 \(hexadecimal(digest.bytes))"]
        case .error(let stage, _, let said): return ["stage \(Self.stageName(stage)): \(text(said))"]
        case .unmeasured(let policy): return ["no TPM answered; the policy was \(policy.name)"]
        case .configuration(let configuration): return configuration.details
        }
    }

    /// For JSON.
    var members: [(String, JSON)] {
        switch self {
        case .identity(let identity):
            return [
                ("buildID", .string(hexadecimal(identity.buildID))),
                ("commandLine", .string(text(identity.commandLine))),
                ("xenVersion", .string(text(identity.xenVersion))),
                ("xenBuildID", .string(hexadecimal(identity.xenBuildID))),
                ("xenCommandLine", .string(text(identity.xenCommandLine))),
                ("xsm", .string(identity.securityMode.name.description)),
            ]
        case .lcm(let byteCount, let digest):
            return [("bytes", .number(byteCount)), ("sha256", .string(hexadecimal(digest.bytes)))]
        case .nextInit(let path, let byteCount, let digest):
            return [
                ("path", .string(text(path))), ("bytes", .number(byteCount)),
                ("sha256", .string(hexadecimal(digest.bytes))),
            ]
        case .domain(let record): return record.members
        case .cap(let records, let digest):
            return [("records", .number(records)), ("sha256", .string(hexadecimal(digest.bytes)))]
        case .error(let stage, let domid, let said):
            return [
                ("stage", .string(Self.stageName(stage))), ("domid", .optional(domid) { .number($0.rawValue) }),
                ("text", .string(text(said))),
            ]
        case .unmeasured(let policy): return [("policy", .string(policy.name.description))]
        case .configuration(let configuration): return configuration.members
        }
    }
}

extension LaunchEvent {
    fileprivate static func stageName(_ stage: UInt8) -> String {
        LaunchFailure.Stage(rawValue: stage).map { $0.name.description } ?? "\(stage)"
    }
}

extension LaunchEvent.ErrorRecord {
    var stageName: String { LaunchEvent.stageName(stage) }
}

func loadPlaces(_ segments: [Segment]) -> JSON {
    .array(segments.map { .object([("address", .number($0.address)), ("bytes", .number($0.byteCount))]) })
}

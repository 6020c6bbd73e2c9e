// SPDX-License-Identifier: Apache-2.0

import LaunchControl
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
                "Xen \(text(identity.xenVersion)) \(hexadecimal(identity.xenBuildID)), command line "
                    + "\"\(text(identity.xenCommandLine))\"",
            ]
        case .module(let byteCount, let digest): return ["\(byteCount) bytes, sha256 \(hexadecimal(digest.bytes))"]
        case .nextInit(let path, let byteCount, let digest):
            return ["\(text(path)): \(byteCount) bytes, sha256 \(hexadecimal(digest.bytes))"]
        case .domain(let record): return record.details
        case .cap(let records, let digest): return ["\(records) records, sha256 \(hexadecimal(digest.bytes))"]
        case .error(let record): return ["stage \(record.stageName): \(text(record.text))"]
        case .unmeasured(let policy): return ["no TPM answered; the policy was \(policy.name)"]
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
            ]
        case .module(let byteCount, let digest):
            return [("bytes", .number(byteCount)), ("sha256", .string(hexadecimal(digest.bytes)))]
        case .nextInit(let path, let byteCount, let digest):
            return [
                ("path", .string(text(path))), ("bytes", .number(byteCount)),
                ("sha256", .string(hexadecimal(digest.bytes))),
            ]
        case .domain(let record): return record.members
        case .cap(let records, let digest):
            return [("records", .number(records)), ("sha256", .string(hexadecimal(digest.bytes)))]
        case .error(let record):
            return [
                ("stage", .string(record.stageName)),
                ("domid", .optional(record.domid) { .number($0.rawValue) }), ("text", .string(text(record.text))),
            ]
        case .unmeasured(let policy): return [("policy", .string(policy.name.description))]
        }
    }
}

extension LaunchEvent.ErrorRecord {
    fileprivate var stageName: String {
        LaunchFailure.Stage(rawValue: stage).map { $0.name.description } ?? "\(stage)"
    }
}

extension LaunchEvent.DomainRecord {
    fileprivate var details: [String] {
        let roles = roles.isEmpty ? "" : ", " + self.roles.names.joined(separator: ", ")
        let heading =
            "\(domid.rawValue) \(text(name)) \(handle == .unset ? "" : uuid(handle))\(roles), coverage \(coverage.name), "
            + "entry \(hexadecimal(entry))"
        let line = commandLine.isEmpty ? [] : ["command line \"\(text(commandLine))\""]
        return [heading] + line
            + images.map { image in
                "\(image.role.name) \(image.byteCount) bytes, sha256 \(hexadecimal(image.digest.bytes))"
            }
    }

    fileprivate var members: [(String, JSON)] {
        [
            ("domid", .number(domid.rawValue)), ("name", .string(text(name))),
            ("handle", handle == .unset ? .null : .string(uuid(handle))),
            ("roles", .array(roles.names.map { .string($0) })), ("coverage", .string(coverage.name.description)),
            ("entry", .number(entry)), ("commandLine", .string(text(commandLine))),
            (
                "images",
                .array(
                    images.map { image in
                        .object([
                            ("role", .string(image.role.name.description)), ("bytes", .number(image.byteCount)),
                            ("load", loadPlaces(image.segments)), ("sha256", .string(hexadecimal(image.digest.bytes))),
                        ])
                    })
            ),
        ]
    }
}

extension MeasuredImage {
    /// Of all segments; at most what 64 bits hold.
    fileprivate var byteCount: UInt64 {
        segments.reduce(0) { sum, segment in
            let (total, overflow) = sum.addingReportingOverflow(segment.byteCount)
            return overflow ? .max : total
        }
    }
}

func loadPlaces(_ segments: [Segment]) -> JSON {
    .array(segments.map { .object([("address", .number($0.address)), ("bytes", .number($0.byteCount))]) })
}

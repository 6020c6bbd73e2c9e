// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform

extension LaunchEvent.DomainRecord {
    /// As DomB found it: the start info's version is in its size.
    private var builder: BuilderKind? {
        let startInfo = regions.first { $0.role == .startInfo }?.segments.first
        return BuilderKind.allCases.first { UInt64($0.startInfoByteCount) == startInfo?.byteCount }
    }

    /// For people.
    var details: [String] {
        let roles = roles.isEmpty ? "" : ", " + self.roles.names.joined(separator: ", ")
        let extent = coverage == .all ? ", \(pageCount) pages, every one looked at" : ""
        var lines = [
            "\(domid.rawValue) \(text(name)) \(handle == .unset ? "" : uuid(handle))\(roles), coverage "
                + "\(coverage.name)\(extent)",
            "entry \(hexadecimal(entry)), \(vcpus) vcpus, registers sha256 \(hexadecimal(registers.bytes))",
        ]
        if let builder { lines.append("built by \(builder == .hypervisor ? "the hypervisor" : "libxenguest")") }
        if !commandLine.isEmpty { lines.append("command line \"\(text(commandLine))\"") }
        lines += regions.map { region in
            "\(region.role.name) \(region.byteCount) bytes, sha256 \(hexadecimal(region.digest.bytes))"
        }
        return lines
            + mutableRegions.map { region in
                "\(region.role.name) at \(hexadecimal(region.place.address)), \(region.place.byteCount) bytes: mutable"
            }
    }

    /// For JSON.
    var members: [(String, JSON)] {
        [
            ("domid", .number(domid.rawValue)), ("name", .string(text(name))),
            ("handle", handle == .unset ? .null : .string(uuid(handle))),
            ("roles", .array(roles.names.map { .string($0) })), ("coverage", .string(coverage.name.description)),
            ("builder", .optional(builder) { .string($0.name.description) }), ("pages", .number(pageCount)),
            ("vcpus", .number(vcpus)), ("entry", .number(entry)),
            ("registersSha256", .string(hexadecimal(registers.bytes))), ("commandLine", .string(text(commandLine))),
            (
                "regions",
                .array(
                    regions.map { region in
                        .object([
                            ("role", .string(region.role.name.description)), ("bytes", .number(region.byteCount)),
                            ("load", loadPlaces(region.segments)),
                            ("sha256", .string(hexadecimal(region.digest.bytes))),
                        ])
                    })
            ),
            (
                "mutable",
                .array(
                    mutableRegions.map { region in
                        .object([
                            ("role", .string(region.role.name.description)),
                            ("address", .number(region.place.address)), ("bytes", .number(region.place.byteCount)),
                        ])
                    })
            ),
        ]
    }
}

extension MeasuredRegion {
    var byteCount: UInt64 { Self.byteCount(of: segments) }

    /// Of all segments; at most what 64 bits hold.
    static func byteCount(of segments: [Segment]) -> UInt64 {
        segments.reduce(0) { sum, segment in
            let (total, overflow) = sum.addingReportingOverflow(segment.byteCount)
            return overflow ? .max : total
        }
    }
}

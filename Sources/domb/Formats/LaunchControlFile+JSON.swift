// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchControlFile {
    /// The schema of `domb show --json`. Members are only ever added; `version` changes where a meaning does.
    var json: JSON {
        .object([
            ("format", .string("domb-show")), ("version", .number(1)),
            (
                "lcm",
                .object([
                    ("file", .string(path)), ("bytes", .number(byteCount)),
                    ("sha256", .string(hexadecimal(digest.bytes))),
                ])
            ),
            ("launch", lcm.settings.json),
            ("domains", .array(lcm.domains.map { domain($0) })),
            (
                "unknownProperties",
                .array(
                    lcm.unknownProperties.map {
                        .object([
                            ("node", .string(text($0.node))), ("name", .string(text($0.name))),
                            ("offset", .number($0.offset)),
                        ])
                    })
            ),
        ])
    }

    private func domain(_ domain: DomainDescription) -> JSON {
        .object([
            ("name", .string(text(domain.name))), ("domid", .number(domain.domid.rawValue)),
            ("handle", .optional(domain.handle) { .string(uuid($0)) }),
            ("mode", .string(domain.mode.word)), ("memoryKiB", .number(domain.memory)),
            ("maxMemoryKiB", .optional(domain.maxMemory) { .number($0) }), ("vcpus", .number(domain.vcpus)),
            ("roles", .array(domain.roles.names.map { .string($0) })),
            ("commandLine", .string(text(domain.commandLine))),
            (
                "modules",
                .array(
                    [domain.kernel.json(role: "kernel")] + (domain.ramdisk.map { [$0.json(role: "ramdisk")] } ?? [])
                        + domain.otherModules.map { $0.image.json(role: $0.kind.name.description) })
            ),
            ("dependsOn", .array(domain.dependencies.map { .number(lcm.domains[$0].domid.rawValue) })),
            ("conduct", domain.conduct.json),
            ("configuration", domain.configuration),
        ])
    }
}

extension LaunchSettings {
    fileprivate var json: JSON {
        .object([
            ("pcr", .optional(pcr) { .number($0.rawValue) }), ("tpm", .string(tpmPolicy.name.description)),
            ("coverage", .string(coverage.name.description)), ("handoff", .string(handoff.name.description)),
            ("handoffTarget", .optional(handoffTarget) { .string(text($0)) }),
            ("builder", .string(builder.name.description)),
            ("xenstored", .optional(xenstored) { .string(hexadecimal($0.bytes)) }),
            (
                "cpupools",
                .array(
                    cpupools.map {
                        .object([
                            ("name", .string(text($0.name))), ("scheduler", .string($0.scheduler.name.description)),
                            ("cpus", .string(cpuList($0.cpus))),
                        ])
                    })
            ),
        ])
    }
}

extension DomainDescription {
    fileprivate var configuration: JSON {
        .object([
            ("logRegion", .optional(logRegion) { loadPlaces([$0]) }),
            ("weight", .optional(settings.share.weight) { .number($0) }),
            ("cap", .optional(settings.share.cap) { .number($0) }), ("extended", settings.json),
            (
                "affinities",
                .array(
                    affinities.map {
                        .object([
                            ("vcpu", .number($0.vcpu)), ("hard", .optional($0.hard) { .string(cpuList($0)) }),
                            ("soft", .optional($0.soft) { .string(cpuList($0)) }),
                        ])
                    })
            ),
        ])
    }
}

extension ImageReference {
    fileprivate func json(role: String) -> JSON {
        .object([
            ("role", .string(role)), ("moduleIndex", .optional(moduleIndex) { .number($0) }),
            (
                "bootAddress",
                .optional(bootAddress) {
                    .object([("address", .number($0.address)), ("bytes", .number($0.byteCount))])
                }
            ),
            ("uefiBinary", .optional(uefiBinary) { .string(text($0)) }),
            ("load", loadPlaces(segments)),
            ("bytes", .optional(byteCount) { .number($0) }),
            ("sha256", .optional(expectedDigest) { .string(hexadecimal($0.bytes)) }),
        ])
    }
}

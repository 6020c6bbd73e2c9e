// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension ExtendedConfiguration {
    /// What is set, by the keys of DomB's text and in its form: what `ExtendedConfiguration(_:)` reads.
    var words: [(key: String, value: String)] {
        var words: [(key: String, value: String)] = []
        if let cpupool { words.append(("cpupool", text(cpupool))) }
        if let rtds { words += [("rtds-period", "\(rtds.period)"), ("rtds-budget", "\(rtds.budget)")] }
        if let nodeAffinity { words.append(("node-affinity", cpuList(nodeAffinity))) }
        func add(_ key: String, _ items: [String]) {
            if !items.isEmpty { words.append((key, items.joined(separator: ","))) }
        }
        add("ioports", ports.map { "\(hexadecimal(UInt64($0.first)))+\($0.count)" })
        add("iomem", memory.map { "\(hexadecimal($0.host))+\($0.count)@\(hexadecimal($0.guest))" })
        add("irqs", interrupts.map { "\($0)" })
        if let tscMode { words.append(("tsc-mode", tscMode.name.description)) }
        add("hvm-params", parameters.map { "\($0.parameter.name):\($0.value)" })
        add("event-channels", channels.map { "\($0.port):\(text($0.remote.text.bytes))" })
        add("cpuid-clear", clearedFeatures.map { $0.name.description })
        if let label { words.append(("label", text(label))) }
        add("pci", devices.map { text($0.text.bytes) })
        if usesStore { words.append(("enhanced", "enabled")) }
        if let console { words.append(("console", text(console.text.bytes))) }
        // Devices have commas inside.
        for (key, items) in [("disks", disks.map { $0.text }), ("vifs", interfaces.map { $0.text })]
        where !items.isEmpty {
            words.append((key, items.map { text($0.bytes) }.joined(separator: ";")))
        }
        return words
    }

    /// For JSON; `null` and empty lists where nothing is set.
    var json: JSON {
        .object([
            ("cpupool", .optional(cpupool) { .string(text($0)) }),
            ("rtds", .optional(rtds) { .object([("period", .number($0.period)), ("budget", .number($0.budget))]) }),
            ("nodeAffinity", .optional(nodeAffinity) { .string(cpuList($0)) }),
            (
                "ioports",
                .array(ports.map { .object([("first", .number($0.first)), ("count", .number($0.count))]) })
            ),
            (
                "iomem",
                .array(
                    memory.map {
                        .object([
                            ("host", .number($0.host)), ("count", .number($0.count)), ("guest", .number($0.guest)),
                        ])
                    })
            ),
            ("irqs", .array(interrupts.map { .number($0) })),
            ("tscMode", .optional(tscMode) { .string($0.name.description) }),
            (
                "hvmParams",
                .array(
                    parameters.map {
                        .object([("name", .string($0.parameter.name.description)), ("value", .number($0.value))])
                    })
            ),
            (
                "eventChannels",
                .array(
                    channels.map {
                        .object([("port", .number($0.port)), ("remote", .string(text($0.remote.text.bytes)))])
                    })
            ),
            ("cpuidClear", .array(clearedFeatures.map { .string($0.name.description) })),
            ("label", .optional(label) { .string(text($0)) }),
            ("pci", .array(devices.map { .string(text($0.text.bytes)) })),
            ("enhanced", .boolean(usesStore)), ("console", .optional(console) { .string(text($0.text.bytes)) }),
            ("disks", .array(disks.map { .string(text($0.text.bytes)) })),
            ("vifs", .array(interfaces.map { .string(text($0.text.bytes)) })),
        ])
    }
}

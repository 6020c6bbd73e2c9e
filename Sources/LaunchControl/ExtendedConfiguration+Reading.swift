// SPDX-License-Identifier: Apache-2.0

import Platform

extension ExtendedConfiguration {
    /// The settings that are read here.
    public static let keys: [StaticString] = [
        "cpupool", "rtds-period", "rtds-budget", "node-affinity", "ioports", "iomem", "irqs", "tsc-mode", "hvm-params",
        "label", "pci", "enhanced", "console", "disks", "vifs", "event-channels", "cpuid-clear",
    ]

    /// What a domain's node or text says.
    public init(_ source: SettingSource) {
        self.init()
        // Whether the launch has such a pool is looked at once both are read.
        cpupool = source.text("cpupool", limit: Limits.nameBytes)
        rtds = Self.rtds(source)
        nodeAffinity = source.cpus("node-affinity")
        tscMode = source.choice("tsc-mode")
        label = source.value("label", limit: Limits.labelBytes) { label in
            // Printable, without spaces.
            label.isEmpty || label.contains { $0 <= 0x20 || $0 > 0x7E } ? nil : label
        }
        readResources(source)
        readDevices(source)
    }

    private static func rtds(_ source: SettingSource) -> RTDSParameters? {
        let keys: [StaticString] = ["rtds-period", "rtds-budget"]
        let times = keys.map { source.number($0, in: 0...UInt64(UInt32.max), SettingSource.number) }
        for (own, other) in [(0, 1), (1, 0)] where times[own] != nil && !source.has(keys[other]) {
            source.reportMissing(keys[other], with: keys[own])
        }
        guard let period = times[0], let budget = times[1] else { return nil }
        let parameters = RTDSParameters(period: UInt32(period), budget: UInt32(budget))
        if !parameters.isPossible { source.report("rtds-budget", .badPropertyValue) }
        return parameters
    }

    private mutating func readResources(_ source: SettingSource) {
        ports = source.items("ioports", bytes: 4, separators: "+") {
            IOPortRange(first: $0[0], count: $0[1])
        } ascending: {
            $0.first + $0.count <= $1.first
        }
        memory = source.items("iomem", bytes: 8, separators: "+@") {
            IOMemoryRange(host: $0[0], count: $0[1], guest: $0[2])
        } ascending: {
            $0.hostFrames.upperBound <= $1.host
        }
        for (index, range) in memory.enumerated()
        where memory[..<index].contains(where: { $0.guestFrames.overlaps(range.guestFrames) }) {
            return source.report("iomem", .notAscending)
        }
        interrupts = source.items("irqs", bytes: 4, separators: "") {
            $0[0] < Limits.interrupts ? UInt32($0[0]) : nil
        } ascending: {
            $0 < $1
        }
        parameters = source.items("hvm-params", bytes: 8, separators: ":") { place, text in
            place == 0 ? HVMParameter(named: text).map { UInt64($0.rawValue) } : SettingSource.number(text)
        } _: { setting in
            UInt32(exactly: setting[0]).flatMap { HVMParameter(rawValue: $0) }.flatMap { HVMSetting($0, setting[1]) }
        } ascending: {
            $0.parameter.rawValue < $1.parameter.rawValue
        }
        clearedFeatures = source.items("cpuid-clear") {
            CPUFeature(named: $0)
        } ascending: {
            Line($0.name).bytes.lexicographicallyPrecedes(Line($1.name).bytes)
        }
    }

    private mutating func readDevices(_ source: SettingSource) {
        channels = source.items("event-channels") {
            EventChannel($0)
        } ascending: {
            $0.port < $1.port
        }
        devices = source.items("pci") {
            PCIAddress($0)
        } ascending: {
            $0.rawValue < $1.rawValue
        }
        usesStore = Self.storeUse(source) ?? false
        console = source.text("console", limit: Limits.nameBytes).map { Backend(name: $0) }
        // Devices have commas inside.
        disks = source.items("disks", separator: ";") {
            VirtualDisk(text: $0)
        } ascending: {
            $0.number < $1.number
        }
        interfaces = source.items("vifs", separator: ";") { VirtualInterface(text: $0) }
        // Devices are found through xenstore alone.
        if !usesStore, !backends.isEmpty { source.report("enhanced", .conflictingProperties) }
    }

    /// dom0less (Xen, docs/misc/arm/device-tree/booting.txt): no value means "enabled".
    private static func storeUse(_ source: SettingSource) -> Bool? {
        if source.isFlag("enhanced") { return true }
        return source.value("enhanced", limit: 32) { text in
            if text == Line("enabled").bytes { return true }
            return text == Line("disabled").bytes || text == Line("no-xenstore").bytes ? false : nil
        }
    }
}

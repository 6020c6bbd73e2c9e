// SPDX-License-Identifier: Apache-2.0

import Platform

/// Every word of DomB's in an LCM. Those of a domain's `Setting`s come first, in the order in which a launch applies and
/// logs them.
public enum SettingKey: CaseIterable, Sendable {
    case tscMode, enhanced, console, cpuidClear, iomem, pci, memMax, maxGrantFrames, cpupool, hardAffinity,
        softAffinity, nodeAffinity,
        weight, cap, rtdsPeriod, rtdsBudget, ioports, irqs, hvmParams, eventChannels, uuid, label, disks, vifs
    // What else a domain's part says.
    case name, dependsOn, logRegion, ready, readyNode, readyValue, readyTimeout, onFailure
    // Of its images.
    case load, size, digest, bootargs, kernelDigest, ramdiskDigest, ramdiskSize
    // Of the launch as a whole.
    case pcr, tpm, coverage, handoff, handoffTarget, xenstored, builder, cpupools
}

extension SettingKey {
    /// Those whose items are one number of 32 bits each, and nothing else.
    public enum Number: CaseIterable, Sendable {
        case maxGrantFrames, rtdsPeriod, rtdsBudget, irqs

        /// The key that has it.
        public var key: SettingKey {
            switch self {
            case .maxGrantFrames: .maxGrantFrames
            case .rtdsPeriod: .rtdsPeriod
            case .rtdsBudget: .rtdsBudget
            case .irqs: .irqs
            }
        }
    }

    /// What one item is made of.
    enum Item: Sendable {
        case number(Number)
        /// As many as the key's form has.
        case numbers(@Sendable ([UInt64]) -> Setting?)
        case text(@Sendable (ArraySlice<UInt8>) -> Setting?)
        /// No setting of a domain's.
        case other
    }
}

extension SettingKey {
    private static let number = Form.cells(bytes: 4, separators: "")
    private static let segment = Form.cells(bytes: 8, separators: "+")

    /// The table: docs/lcm.md has it, with what each key means.
    public var schema: Schema {
        switch self {
        case .tscMode: Schema("tsc-mode", logged: .tscMode, .text { TSCMode(named: $0).map { .tscMode($0) } })
        case .enhanced:
            Schema(
                "enhanced", property: "xen,enhanced", logged: .xenstore,
                .text { $0.elementsEqual(Line("enabled").bytes) ? .enhanced : nil })
        case .console: Schema("console", logged: .console, .text { .console(Backend(name: [UInt8]($0))) })
        case .cpuidClear:
            Schema(
                "cpuid-clear", .strings, between: ",", logged: .clearedFeatures,
                .text { CPUFeature(named: $0).map { .cpuidClear($0) } })
        case .iomem:
            Schema(
                "iomem", .cells(bytes: 8, separators: "+@"), between: ",", logged: .memory,
                .numbers { IOMemoryRange(host: $0[0], count: $0[1], guest: $0[2]).map { .iomem($0) } })
        case .pci: Schema("pci", .strings, between: ",", logged: .device, .text { PCIAddress($0).map { .pci($0) } })
        case .memMax:
            Schema(
                "mem-max", .kibibytes, property: "mem-max", range: 1...Limits.memory, logged: .maxMemory,
                .numbers { .memMax($0[0]) })
        case .maxGrantFrames:
            Schema(
                "max-grant-frames", Self.number, range: 1...0xFFFF, logged: .maxGrantFrames, .number(.maxGrantFrames))
        // Whether the launch has such a pool is looked at once both are read.
        case .cpupool: Schema("cpupool", logged: .cpupool, .text { .cpupool([UInt8]($0)) })
        case .hardAffinity:
            Schema(
                "hard-affinity", between: "/", in: .vcpu, property: "hard-affinity", logged: .hardAffinity,
                .text { Setting.affinity($0).map { .hardAffinity(vcpu: $0.vcpu, $0.cpus) } })
        case .softAffinity:
            Schema(
                "soft-affinity", between: "/", in: .vcpu, logged: .softAffinity,
                .text { Setting.affinity($0).map { .softAffinity(vcpu: $0.vcpu, $0.cpus) } })
        case .nodeAffinity:
            Schema(
                "node-affinity", logged: .nodeAffinity, .text { CPUList.parse([UInt8]($0)).map { .nodeAffinity($0) } })
        case .weight:
            Schema(
                "weight", Self.number, range: 1...0xFFFF, logged: .weight,
                .numbers { UInt16(exactly: $0[0]).map { .weight($0) } })
        case .cap:
            Schema(
                "cap", Self.number, range: 0...0xFFFF, logged: .cap,
                .numbers { UInt16(exactly: $0[0]).map { .cap($0) } })
        case .rtdsPeriod: Schema("rtds-period", Self.number, .number(.rtdsPeriod))
        case .rtdsBudget: Schema("rtds-budget", Self.number, .number(.rtdsBudget))
        case .ioports:
            Schema(
                "ioports", .cells(bytes: 4, separators: "+"), between: ",", logged: .ports,
                .numbers { IOPortRange(first: $0[0], count: $0[1]).map { .ioports($0) } })
        case .irqs:
            Schema(
                "irqs", Self.number, between: ",", range: 0...(Limits.interrupts - 1), logged: .interrupt,
                .number(.irqs))
        case .hvmParams:
            Schema(
                "hvm-params", .cells(bytes: 8, separators: ":"), between: ",", logged: .parameter,
                .numbers { Setting.parameter($0[0], $0[1]).map { .hvmParam($0) } })
        case .eventChannels:
            Schema(
                "event-channels", .strings, between: ",", logged: .channel,
                .text { EventChannel($0).map { .eventChannel($0) } })
        case .uuid:
            Schema(
                "uuid", .bytes, property: "domain-uuid", logged: .handle, .text { Setting.handle($0).map { .uuid($0) } }
            )
        case .label: Schema("label", logged: .label, .text { Setting.isLabel($0) ? .label([UInt8]($0)) : nil })
        // Devices have commas inside.
        case .disks:
            Schema("disks", .strings, between: ";", logged: .disk, .text { VirtualDisk(text: $0).map { .disk($0) } })
        case .vifs:
            Schema(
                "vifs", .strings, between: ";", logged: .interface,
                .text { VirtualInterface(text: $0).map { .vif($0) } })
        case .name: Schema("name", in: .text)
        case .dependsOn: Schema("depends-on", Self.number, between: ",")
        case .logRegion: Schema("log-region", Self.segment)
        case .ready: Schema("ready", logged: .ready)
        case .readyNode: Schema("ready-node", logged: .readyNode)
        case .readyValue: Schema("ready-value", logged: .readyValue)
        case .readyTimeout: Schema("ready-timeout", Self.number)
        case .onFailure: Schema("on-failure", logged: .onFailure)
        case .load: Schema("load", Self.segment, between: ",", in: .module)
        case .size: Schema("size", .cells(bytes: 8, separators: ""), in: .moduleNode)
        case .digest: Schema("digest", .bytes, in: .moduleNode)
        case .bootargs: Schema("bootargs", in: .text)
        case .kernelDigest: Schema("kernel-digest", in: .text)
        case .ramdiskDigest: Schema("ramdisk-digest", in: .text)
        case .ramdiskSize: Schema("ramdisk-size", in: .text)
        case .pcr: Schema("pcr", Self.number, in: .launch)
        case .tpm: Schema("tpm", in: .launch)
        case .coverage: Schema("coverage", in: .launch)
        case .handoff: Schema("handoff", in: .launch)
        case .handoffTarget: Schema("handoff-target", in: .launch)
        case .xenstored: Schema("xenstored", .bytes, in: .launch)
        case .builder: Schema("builder", in: .launch)
        case .cpupools: Schema("cpupools", .strings, between: "/", in: .launch)
        }
    }

    /// The most bytes that a value of one string may have.
    var limit: Int {
        switch self {
        case .label: Limits.labelBytes
        case .console, .cpupool: Limits.nameBytes
        case .tscMode, .enhanced, .ready, .onFailure, .tpm, .coverage, .handoff, .builder: Limits.wordBytes
        case .handoffTarget: Limits.pathBytes
        case .bootargs: Limits.commandLineBytes
        default: Limits.nodeValueBytes
        }
    }

    /// Those of a domain's settings, in the order in which they are applied.
    public static var ofSettings: ArraySlice<SettingKey> { allCases.prefix { $0 != .name } }

    /// Those that may stand in one of these places.
    public static func keys(in places: Place...) -> [SettingKey] {
        allCases.filter { places.contains($0.schema.place) }
    }

    /// Those of a domain's text.
    public static let ofText: [SettingKey] = keys(in: .domain, .vcpu, .module, .text)

    /// The key of a word; `nil` where it is none of these.
    static func named(_ word: [UInt8], among keys: [SettingKey]) -> SettingKey? {
        keys.first { Line($0.schema.word).bytes == word }
    }
}

extension ConfigurationItem {
    /// The numbers stand in the event log. In brackets: the values.
    public enum Kind: UInt32, CaseIterable, Sendable {
        /// [vcpus]
        case vcpus = 1
        /// [KiB]
        case maxMemory = 2
        /// [vcpu, words of the cpu bitmap ...]
        case hardAffinity = 3
        /// [vcpu, words of the cpu bitmap ...]
        case softAffinity = 4
        /// [weight under credit or credit2]
        case weight = 5
        /// [cap under credit or credit2, in percent of one cpu]
        case cap = 6
        /// [high half, low half]
        case handle = 7
        /// [period, budget], in microseconds
        case rtds = 8
        /// [words of the node bitmap ...]
        case nodeAffinity = 9
        /// [first port, count]
        case ports = 10
        /// [machine frame, count, guest frame]
        case memory = 11
        /// [GSI]
        case interrupt = 12
        /// [XEN_CPUID_TSC_MODE_*]
        case tscMode = 13
        /// [HVM_PARAM_*, value]
        case parameter = 14
        /// [length, the bytes in words of eight, the first byte in the lowest bits, filled up with zeros ...]
        case label = 15
        /// [segment << 16 | bus << 8 | device << 3 | function]
        case device = 16
        /// [1]: it has a ring to xenstore
        case xenstore = 32
        /// [length and bytes, as `label`]: who serves its console
        case console = 33
        /// [length and bytes, as `label`]: `VirtualDisk.text`
        case disk = 34
        /// [length and bytes, as `label`]: `VirtualInterface.text`
        case interface = 35
        /// [number, XEN_SCHEDULER_*, words of the cpu bitmap ...]
        case cpupool = 17
        /// [port, remote domid]
        case channel = 18
        /// [CPUFeature ...]
        case clearedFeatures = 19
        /// [frames of the grant table, 512 grants each]
        case maxGrantFrames = 20
        /// [1 poweroff or 2 node, timeout in milliseconds]
        case ready = 48
        /// [length and bytes, as `label`]: the path
        case readyNode = 49
        /// [length and bytes, as `label`]
        case readyValue = 50
        /// [1 recover, 2 skip]
        case onFailure = 51
    }
}

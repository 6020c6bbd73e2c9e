// SPDX-License-Identifier: Apache-2.0

import Platform

/// Every word of DomB's in an LCM. Those of a domain's `Setting`s come first, in the order in which a launch applies and
/// logs them.
public enum SettingKey: CaseIterable, Sendable {
    case tscMode, enhanced, console, cpuidClear, iomem, pci, memMax, cpupool, hardAffinity, softAffinity, nodeAffinity,
        weight, cap, rtdsPeriod, rtdsBudget, ioports, irqs, hvmParams, eventChannels, uuid, label, disks, vifs
    // What else a domain's part says.
    case name, dependsOn, logRegion, ready, readyNode, readyValue, readyTimeout, onFailure
    // Of its images.
    case load, size, digest, bootargs, kernelDigest, ramdiskDigest, ramdiskSize
    // Of the launch as a whole.
    case pcr, tpm, coverage, handoff, handoffTarget, xenstored, builder, cpupools
}

extension SettingKey {
    /// What a row of the table says: the key's forms in a tree and in a text.
    public struct Schema: Sendable {
        /// The word in DomB's text, which is the name of a tree's property behind `domb,`.
        public let word: StaticString
        /// The tree's name where it is another's.
        public let foreign: StaticString?
        /// Where it stands.
        public let place: Place
        /// How its values look.
        public let form: Form
        /// What stands between its items in a text; `nil` for a single item.
        public let between: Unicode.Scalar?

        fileprivate init(
            _ word: StaticString, _ form: Form = .string, between: Unicode.Scalar? = nil, in place: Place = .domain,
            property foreign: StaticString? = nil
        ) {
            self.word = word
            self.foreign = foreign
            self.place = place
            self.form = form
            self.between = between
        }

        /// The name of a tree's property.
        public var property: Line { foreign.map { Line($0) } ?? "domb,\(word)" }

        /// What stands between the numbers of one item.
        var separators: Line {
            switch form {
            case .cells(_, let separators): separators
            case .string, .strings, .bytes, .kibibytes: Line()
            }
        }

        /// The numbers of one item.
        var cellCount: Int { separators.bytes.count + 1 }
    }

    /// How values look in a tree; in a text they are as `Setting.text` has them.
    public enum Form: Equatable, Sendable {
        /// Big-endian cells of so many bytes; an item has one for each separator of its text, and one more.
        case cells(bytes: Int, separators: Line)
        /// One string.
        case string
        /// A string for each item.
        case strings
        /// Bytes; in a text their digits.
        case bytes
        /// KiB in a cell of eight or four bytes, or as text with a unit.
        case kibibytes
    }

    /// Which part of an LCM says it.
    public enum Place: Sendable {
        /// A domain's node, and its text.
        case domain
        /// A node for each vcpu, and the domain's text.
        case vcpu
        /// The node of a module, and the domain's text.
        case module
        /// The node of a module alone.
        case moduleNode
        /// The domain's text alone.
        case text
        /// The node of the launch, and the boot domain's text.
        case launch
    }
}

extension SettingKey {
    private static let number = Form.cells(bytes: 4, separators: "")
    private static let segment = Form.cells(bytes: 8, separators: "+")

    /// The table: docs/lcm.md has it, with what each key means.
    public var schema: Schema {
        switch self {
        case .tscMode: Schema("tsc-mode")
        case .enhanced: Schema("enhanced", property: "xen,enhanced")
        case .console: Schema("console")
        case .cpuidClear: Schema("cpuid-clear", .strings, between: ",")
        case .iomem: Schema("iomem", .cells(bytes: 8, separators: "+@"), between: ",")
        case .pci: Schema("pci", .strings, between: ",")
        case .memMax: Schema("mem-max", .kibibytes, property: "mem-max")
        case .cpupool: Schema("cpupool")
        case .hardAffinity: Schema("hard-affinity", between: "/", in: .vcpu, property: "hard-affinity")
        case .softAffinity: Schema("soft-affinity", between: "/", in: .vcpu)
        case .nodeAffinity: Schema("node-affinity")
        case .weight: Schema("weight", Self.number)
        case .cap: Schema("cap", Self.number)
        case .rtdsPeriod: Schema("rtds-period", Self.number)
        case .rtdsBudget: Schema("rtds-budget", Self.number)
        case .ioports: Schema("ioports", .cells(bytes: 4, separators: "+"), between: ",")
        case .irqs: Schema("irqs", Self.number, between: ",")
        case .hvmParams: Schema("hvm-params", .cells(bytes: 8, separators: ":"), between: ",")
        case .eventChannels: Schema("event-channels", .strings, between: ",")
        case .uuid: Schema("uuid", .bytes, property: "domain-uuid")
        case .label: Schema("label")
        // Devices have commas inside.
        case .disks: Schema("disks", .strings, between: ";")
        case .vifs: Schema("vifs", .strings, between: ";")
        case .name: Schema("name", in: .text)
        case .dependsOn: Schema("depends-on", Self.number, between: ",")
        case .logRegion: Schema("log-region", Self.segment)
        case .ready: Schema("ready")
        case .readyNode: Schema("ready-node")
        case .readyValue: Schema("ready-value")
        case .readyTimeout: Schema("ready-timeout", Self.number)
        case .onFailure: Schema("on-failure")
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

// SPDX-License-Identifier: Apache-2.0

/// One setting of a domain, as the event log has it.
public struct ConfigurationItem: Equatable, Sendable {
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
        /// [1 poweroff or 2 node, timeout in milliseconds]
        case ready = 48
        /// [length and bytes, as `label`]: the path
        case readyNode = 49
        /// [length and bytes, as `label`]
        case readyValue = 50
        /// [1 recover, 2 skip]
        case onFailure = 51
    }

    /// Its number in the log is never given to another kind.
    public let kind: Kind
    /// As docs/event-log.md has them for each kind.
    public let values: [UInt64]

    public init(_ kind: Kind, _ values: [UInt64]) {
        self.kind = kind
        self.values = values
    }

    /// Text as values.
    public init(_ kind: Kind, text: [UInt8]) { self.init(kind, Self.numbers(text: text)) }

    /// Its length, then its bytes in words of eight, the first byte in the lowest bits, filled up with zeros.
    public static func numbers(text: [UInt8]) -> [UInt64] {
        var values = [UInt64(text.count)]
        for (index, byte) in text.enumerated() {
            if index % 8 == 0 { values.append(0) }
            values[values.count - 1] |= UInt64(byte) << UInt64(index % 8 * 8)
        }
        return values
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform

extension LaunchEvent.Configuration {
    /// For people.
    var details: [String] {
        let target = handoffTarget.isEmpty ? "" : " \(text(handoffTarget))"
        return ["TPM policy \(tpmPolicy.name), coverage \(coverage.name), handoff \(handoff.name)\(target)"]
            + domains.map { $0.details }
    }

    /// For JSON.
    var members: [(String, JSON)] {
        [
            ("tpm", .string(tpmPolicy.name.description)), ("coverage", .string(coverage.name.description)),
            ("handoff", .string(handoff.name.description)),
            ("handoffTarget", handoffTarget.isEmpty ? .null : .string(text(handoffTarget))),
            ("domains", .array(domains.map { $0.json })),
        ]
    }
}

extension LaunchEvent.Configuration.Domain {
    fileprivate var details: String {
        let needs = dependencies.map { "\($0.rawValue)" }.joined(separator: ", ")
        let after = dependencies.isEmpty ? "" : ", after \(needs)"
        let settings = items.map { ", \($0.words)" }.joined()
        return "domain \(domid.rawValue): \(memory) KiB\(after)\(settings)"
    }

    fileprivate var json: JSON {
        .object([
            ("domid", .number(domid.rawValue)), ("memory", .number(memory)),
            ("dependsOn", .array(dependencies.map { .number($0.rawValue) })),
            (
                "items",
                .array(
                    items.map { item in
                        .object([
                            ("name", .string(item.kind.name.description)),
                            ("values", .array(item.values.map { .number($0) })),
                        ])
                    })
            ),
        ])
    }
}

extension ConfigurationItem {
    /// "weight 512", "hard-affinity vcpu 0: 0-3".
    var words: String {
        switch kind {
        case .hardAffinity, .softAffinity:
            let vcpu = values.first.map { "\($0)" } ?? "?"
            return "\(kind.name) vcpu \(vcpu): \(valueWords)"
        default: return "\(kind.name) \(valueWords)"
        }
    }

    /// The values alone, without the vcpu that an affinity is of.
    var valueWords: String {
        switch kind {
        case .hardAffinity, .softAffinity: return cpuList(CPUSet(words: [UInt64](values.dropFirst())))
        case .handle where values.count == 2: return uuid(DomainHandle(high: values[0], low: values[1]))
        case .nodeAffinity: return cpuList(CPUSet(words: values))
        case .xenstore: return "enabled"
        case .ready where values.count == 2:
            let what = values[0] == 1 ? "poweroff" : values[0] == 2 ? "node" : "\(values[0])"
            return "\(what) within \(values[1]) ms"
        case .onFailure where values.count == 1:
            let answer = UInt8(exactly: values[0]).flatMap { DomainConduct.OnFailure(rawValue: $0) }
            return answer.map { $0.name.description } ?? "\(values[0])"
        case .label, .console, .disk, .interface, .readyNode, .readyValue: return text.map { domb.text($0) } ?? "?"
        case .ports where values.count == 2: return "\(hexadecimal(values[0]))+\(values[1])"
        case .memory where values.count == 3:
            return "\(hexadecimal(values[0]))+\(values[1])@\(hexadecimal(values[2]))"
        case .device where values.count == 1:
            return domb.text(PCIAddress(rawValue: UInt32(truncatingIfNeeded: values[0])).text.bytes)
        case .rtds where values.count == 2: return "\(values[1]) of \(values[0]) microseconds"
        case .channel where values.count == 2: return "port \(values[0]) for domain \(values[1])"
        case .clearedFeatures:
            return values.map { value in
                UInt32(exactly: value).flatMap { CPUFeature(rawValue: $0) }?.name.description ?? "\(value)"
            }.joined(separator: ",")
        case .cpupool where values.count > 1:
            let scheduler = HypervisorFacts.Scheduler(number: UInt32(truncatingIfNeeded: values[1]))
            return "\(values[0]):\(scheduler.name):\(cpuList(CPUSet(words: [UInt64](values.dropFirst(2)))))"
        case .tscMode where values.count == 1:
            let mode = UInt32(exactly: values[0]).flatMap { TSCMode(rawValue: $0) }
            return mode.map { $0.name.description } ?? "\(values[0])"
        case .parameter where values.count == 2:
            let parameter = UInt32(exactly: values[0]).flatMap { HVMParameter(rawValue: $0) }
            return "\(parameter.map { $0.name.description } ?? "\(values[0])"):\(values[1])"
        // Numbers, and what a form above does not fit.
        default: return values.map { "\($0)" }.joined(separator: " ")
        }
    }
}

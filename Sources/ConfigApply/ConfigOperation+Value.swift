// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension ConfigOperation {
    /// What it sets, in the words of the LCM's text: "0x3f8+8", "weight 512, cap 50".
    public var value: Line {
        var line = Line()
        switch self {
        case .vcpus(let count): line.append(decimal: UInt64(count))
        case .tscMode(let mode): line.append(mode.name)
        case .memory(let range):
            line.append(hex: range.host)
            line.append("+")
            line.append(decimal: range.count)
            line.append("@")
            line.append(hex: range.guest)
        case .device(let device): line.append(device.text)
        case .clearedFeatures(let features):
            for (index, feature) in features.enumerated() {
                if index > 0 { line.append(",") }
                line.append(feature.name)
            }
        case .channel(let port, let remote):
            line.append("port ")
            line.append(decimal: UInt64(port))
            line.append(" for domain ")
            line.append(remote)
        case .cpupool(let pool, _):
            line.append(escaped: pool.name)
            line.append(":")
            line.append(pool.scheduler.name)
            line.append(":")
            line.append(pool.cpus)
        case .maxMemory(let kibibytes):
            line.append(decimal: kibibytes)
            line.append(" KiB")
        case .affinity(let affinity):
            line.append("vcpu ")
            line.append(decimal: UInt64(affinity.vcpu))
            line.append(part: ": hard ", affinity.hard)
            line.append(part: ": soft ", affinity.soft)
        case .nodeAffinity(let nodes): line.append(nodes)
        case .credit2(let weight, let cap), .credit(let weight, let cap):
            line.append(part: "weight ", weight)
            if weight != nil, cap != nil { line.append(", ") }
            line.append(part: "cap ", cap)
        case .rtds(let parameters):
            line.append(decimal: UInt64(parameters.budget))
            line.append(" of ")
            line.append(decimal: UInt64(parameters.period))
            line.append(" microseconds")
        case .ports(let range):
            line.append(hex: UInt64(range.first))
            line.append("+")
            line.append(decimal: UInt64(range.count))
        case .interrupt(let gsi): line.append(decimal: UInt64(gsi))
        case .parameter(let setting):
            line.append(setting.parameter.name)
            line.append(":")
            line.append(decimal: setting.value)
        case .handle(let handle): line.append(hexBytes: handle.bytes)
        case .label(let label): line.append(escaped: label)
        case .ring(_, let remote):
            line.append("to domain ")
            line.append(remote)
        case .home: line.append("in xenstore")
        case .console(let backend, _): line.append(escaped: backend.text.bytes)
        case .disk(let disk, _): line.append(escaped: disk.text.bytes)
        case .interface(let interface, _, _): line.append(escaped: interface.text.bytes)
        }
        return line
    }
}

extension Line {
    fileprivate mutating func append(part name: StaticString, _ set: CPUSet?) {
        guard let set else { return }
        append(name)
        append(set)
    }

    fileprivate mutating func append(part name: StaticString, _ number: UInt16?) {
        guard let number else { return }
        append(name)
        append(decimal: UInt64(number))
    }

    /// "0-3,5", the form that it is read from.
    public mutating func append(_ set: CPUSet) {
        var isFirst = true
        var number: UInt32 = 0
        let end = set.highest.map { $0 + 1 } ?? 0
        while number < end {
            var last = number
            guard set.contains(number) else {
                number += 1
                continue
            }
            while set.contains(last + 1) { last += 1 }
            if !isFirst { append(",") }
            isFirst = false
            append(decimal: UInt64(number))
            if last > number {
                append("-")
                append(decimal: UInt64(last))
            }
            number = last + 1
        }
    }
}

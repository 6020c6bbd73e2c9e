// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension ConfigOperation {
    /// What it sets, in the words of the LCM's text: "0x3f8+8", "weight 512, cap 50".
    public var value: Line {
        switch self {
        case .vcpus(let count): "\(count)"
        case .tscMode(let mode): Line(mode.name)
        case .memory(let range): "\(hex: range.host)+\(range.count)@\(hex: range.guest)"
        case .device(let device): device.text
        case .clearedFeatures(let features): Line(features) { Line($0.name) }
        case .channel(let port, let remote): "port \(port) for domain \(remote)"
        case .cpupool(let pool, _): "\(escaped: pool.name):\(pool.scheduler.name):\(Line(pool.cpus))"
        case .maxMemory(let kibibytes): "\(kibibytes) KiB"
        case .affinity(let affinity):
            "vcpu \(affinity.vcpu)\(Line(part: ": hard ", affinity.hard))\(Line(part: ": soft ", affinity.soft))"
        case .nodeAffinity(let nodes): Line(nodes)
        case .credit2(let weight, let cap), .credit(let weight, let cap): Self.share(weight, cap)
        case .rtds(let parameters): "\(parameters.budget) of \(parameters.period) microseconds"
        case .ports(let range): "\(hex: range.first)+\(range.count)"
        case .interrupt(let gsi): "\(gsi)"
        case .parameter(let setting): "\(setting.parameter.name):\(setting.value)"
        case .handle(let handle): "\(hexBytes: handle.bytes)"
        case .label(let label): "\(escaped: label)"
        case .ring(_, let remote): "to domain \(remote)"
        case .home: "in xenstore"
        case .console(let backend, _): "\(escaped: backend.text.bytes)"
        case .disk(let disk, _): "\(escaped: disk.text.bytes)"
        case .interface(let interface, _, _): "\(escaped: interface.text.bytes)"
        }
    }

    private static func share(_ weight: UInt16?, _ cap: UInt16?) -> Line {
        let weight: Line? = weight.map { "weight \($0)" }
        let cap: Line? = cap.map { "cap \($0)" }
        return Line([weight, cap].compactMap { $0 }, separator: ", ") { $0 }
    }
}

extension Line {
    fileprivate init(part name: StaticString, _ set: CPUSet?) {
        self = set.map { "\(name)\(Line($0))" } ?? ""
    }

    /// "0-3,5", the form that it is read from.
    public init(_ set: CPUSet) {
        var runs: [ClosedRange<UInt32>] = []
        for cpu in 0..<(set.highest.map { $0 + 1 } ?? 0) where set.contains(cpu) {
            if let last = runs.last, last.upperBound + 1 == cpu {
                runs[runs.count - 1] = last.lowerBound...cpu
            } else {
                runs.append(cpu...cpu)
            }
        }
        self.init(runs) { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension CPUPoolDescription {
    /// "realtime:rtds:2-3": what `domb,cpupools` holds.
    var words: String { "\(text(name)):\(scheduler.name):\(cpuList(cpus))" }
}

extension LaunchSettings {
    /// As a launch makes it.
    func cpupool(named name: [UInt8]) -> CPUPool? {
        guard let index = cpupools.firstIndex(where: { $0.name == name }) else { return nil }
        return CPUPool(
            number: UInt32(index) + 1, name: name, scheduler: cpupools[index].scheduler, cpus: cpupools[index].cpus)
    }
}

extension LaunchDescription {
    /// `launch.cpupools`: sections of name, scheduler and cpus.
    static func cpupools(_ value: DescriptionValue) -> [CPUPoolDescription] {
        var pools: [CPUPoolDescription] = []
        for item in value.items {
            guard let section = item.section(["name", "scheduler", "cpus"]) else { continue }
            let name = section.needed("name")?.text.map { Array($0.utf8) }
            let schedulers = HypervisorFacts.Scheduler.choices.map { ($0.name.description, $0) }
            let scheduler = section.needed("scheduler")?.choice(schedulers)
            guard let name, let scheduler, let cpus = section.needed("cpus")?.cpus else { continue }
            guard CPUPoolDescription.isName(name[...]), !pools.contains(where: { $0.name == name }) else {
                section["name"]?.wrong("1 to \(Limits.nameBytes) letters, digits, _, - and ., each name once")
                continue
            }
            pools.append(CPUPoolDescription(name: name, scheduler: scheduler, cpus: cpus))
        }
        if pools.count > Limits.ranges { value.wrong("more than \(Limits.ranges) cpupools") }
        return pools
    }
}

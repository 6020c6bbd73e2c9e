// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Sequencer

/// The domains of a plan together against the host: sums, and what is no error but worth a look.
struct PlanBudget {
    let memory: MemoryBudget
    let vcpus: UInt64
    /// In percent of one cpu, over the domains that have one.
    let caps: UInt64
    /// `nil` where nobody said how many there are.
    let cpus: UInt32?
    private let cpupools: [String]

    init(_ plan: LaunchPlan, cpus: UInt32?) {
        memory = plan.memory
        vcpus = plan.lcm.domains.map { UInt64($0.vcpus) }.reduce(0, +)
        caps = plan.lcm.domains.compactMap { $0.settings.share.cap.map { UInt64($0) } }.reduce(0, +)
        self.cpus = cpus
        cpupools = plan.cpupools.map { pool in
            let members = plan.lcm.domains.filter { $0.cpupool == pool.name }
            let vcpus = members.map { UInt64($0.vcpus) }.reduce(0, +)
            return "cpupool \(pool.number) (\(text(pool.name))): \(pool.scheduler.name), cpus \(cpuList(pool.cpus)), "
                + counted(vcpus, "vcpu", "vcpus")
        }
    }

    var lines: [String] {
        [
            "memory: \(memory.built * 4) KiB in all, may grow by \(memory.growth * 4) KiB, \(memory.free * 4) KiB free",
            "cpus: \(counted(vcpus, "vcpu", "vcpus")) in all" + (caps > 0 ? ", caps of \(caps)% of one cpu" : ""),
        ] + cpupools + notes.map { "note: \($0)" }
    }

    var notes: [String] {
        guard let cpus else { return [] }
        var notes: [String] = []
        if vcpus > UInt64(cpus) {
            notes.append("\(vcpus) vcpus share \(counted(cpus, "physical cpu", "physical cpus"))")
        }
        if caps > 100 * UInt64(cpus) {
            notes.append(
                "caps of \(caps)% of one cpu promise more than \(counted(cpus, "physical cpu has", "physical cpus have"))"
            )
        }
        return notes
    }

    var json: JSON {
        .object([
            ("builtKiB", .number(memory.built * 4)), ("growthKiB", .number(memory.growth * 4)),
            ("freeKiB", .number(memory.free * 4)), ("vcpus", .number(vcpus)), ("capPercent", .number(caps)),
            ("cpus", .optional(cpus) { .number($0) }), ("notes", .array(notes.map { .string($0) })),
        ])
    }
}

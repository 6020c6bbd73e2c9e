// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform
import Sequencer

/// One effect of a launch, in the order in which `Machine.run` has them; what only asks and reads back is left out.
struct PlanStep {
    let stage: String
    let operation: Operation
    /// Not the whole description: thousands of domains have tens of thousands of steps.
    let domain: (domid: DomainID, name: [UInt8])?
    private(set) var detail: String

    init(stage: String, operation: Operation, domain: DomainDescription?, detail: String) {
        self.stage = stage
        self.operation = operation
        self.domain = domain.map { ($0.domid, $0.name) }
        self.detail = detail
    }

    /// Without the next init and the handoff where a command of a dom0 launches.
    static func steps(of plan: LaunchPlan, isCommand: Bool = false) -> [PlanStep] {
        configure(plan, .beforeMeasuring) + measure(plan, isCommand) + cap(plan) + configure(plan, .afterMeasuring)
            + xenstore(plan) + unpause(plan) + (isCommand ? [] : handoff(plan))
    }

    private static func configure(_ plan: LaunchPlan, _ moment: ConfigOperation.Moment) -> [PlanStep] {
        zip(plan.lcm.domains, plan.configurations).flatMap { domain, configuration in
            configuration.operations.filter { $0.moment == moment }.flatMap { operation in
                operation.effects.map {
                    PlanStep(stage: "configure", operation: $0, domain: domain, detail: operation.detail)
                }
            }
        }
    }

    private static func xenstore(_ plan: LaunchPlan) -> [PlanStep] {
        let shares = zip(plan.lcm.domains, plan.configurations).filter { $0.0.settings.usesXenstore }
        return shares.map { domain, configuration in
            let written = configuration.operations.filter { $0.moment == .inXenstore }.map { $0.detail }
            return PlanStep(
                stage: "configure", operation: .xenstoreWrite, domain: domain, detail: written.joined(separator: "; "))
        }
            + shares.map {
                PlanStep(stage: "configure", operation: .introduce, domain: $0.0, detail: "xenstored serves its ring")
            }
    }

    private static func measure(_ plan: LaunchPlan, _ isCommand: Bool) -> [PlanStep] {
        var records = [extend("identity: DomB's build id, the command lines, Xen's version, build id and XSM mode")]
        if plan.banks == nil { records.append(extend("that no TPM answered")) }
        records.append(extend("the LCM"))
        if !isCommand, let target = plan.lcm.settings.handoffTarget {
            records.append(extend("the next init, \(text(target))"))
        }
        for domain in plan.lcm.domains {
            let images = domain.ramdisk == nil ? "kernel" : "kernel, ramdisk"
            let rest = plan.lcm.settings.coverage == .all ? ", every other page" : ""
            records.append(
                PlanStep(
                    stage: "measure", operation: .pcrExtend, domain: domain,
                    detail: "\(images), command line, registers, builder's tables\(rest)"))
        }
        records.append(extend("the configuration: settings, order, operations"))
        return records.map { $0.inLogOnly(plan.banks == nil) }
    }

    private static func cap(_ plan: LaunchPlan) -> [PlanStep] {
        let records = ["the cap record", "the separator"].map { detail in
            PlanStep(stage: "cap", operation: .pcrExtend, domain: nil, detail: detail).inLogOnly(plan.banks == nil)
        }
        guard let banks = plan.banks else { return records }
        let names = banks.map { $0.name.description }.joined(separator: ", ")
        return records + [
            PlanStep(
                stage: "cap", operation: .pcrRead, domain: nil, detail: "compare with what the log gives: \(names)")
        ]
    }

    private static func unpause(_ plan: LaunchPlan) -> [PlanStep] {
        let late = Set(plan.atHandoff)
        return plan.unpauseOrder.filter { !late.contains($0) }.map { unpause(plan, $0, "unpause", .unpause) }
    }

    private static func unpause(
        _ plan: LaunchPlan, _ index: Int, _ stage: String, _ operation: Operation
    ) -> PlanStep {
        let domain = plan.lcm.domains[index]
        let names = domain.dependencies.map { text(plan.lcm.domains[$0].name) }
        let words = [
            names.isEmpty ? nil : "after \(names.joined(separator: ", "))",
            domain.conduct.readinessWords.map { "ready \($0)" },
            domain.conduct.onFailure == .halt ? nil : "on failure \(domain.conduct.onFailure.name)",
        ].compactMap { $0 }
        return PlanStep(stage: stage, operation: operation, domain: domain, detail: words.joined(separator: "; "))
    }

    private static func handoff(_ plan: LaunchPlan) -> [PlanStep] {
        plan.atHandoff.map { unpause(plan, $0, "handoff", .unpauseAtHandoff) } + [lastStep(plan)]
    }

    private static func lastStep(_ plan: LaunchPlan) -> PlanStep {
        switch plan.lcm.settings.handoff {
        case .shutdown:
            PlanStep(stage: "handoff", operation: .shutdown, domain: nil, detail: "the boot domain shuts itself down")
        case .execute:
            PlanStep(
                stage: "handoff", operation: .execute, domain: nil,
                detail: text(plan.lcm.settings.handoffTarget ?? []))
        case .park:
            PlanStep(stage: "handoff", operation: .park, domain: nil, detail: "DomB sleeps for ever, holding nothing")
        }
    }

    private static func extend(_ detail: String) -> PlanStep {
        PlanStep(stage: "measure", operation: .pcrExtend, domain: nil, detail: detail)
    }

    private func inLogOnly(_ isUnmeasured: Bool) -> PlanStep {
        var step = self
        if isUnmeasured { step.detail += " (in the log only: no TPM)" }
        return step
    }
}

extension ConfigOperation {
    /// What it has done to the domain, in order.
    var effects: [Operation] {
        switch self {
        case .vcpus: [.maxVCPUs]
        case .setting(let setting): setting.effects
        case .clearedFeatures(let features): Set(features.map { $0.leaf }).map { _ in .setCPUPolicy }
        case .channel: [.allocUnbound]
        case .cpupool(let pool, let creating):
            (creating
                ? [.createCPUPool]
                    + (0..<pool.cpus.count).flatMap { _ in [Operation.removePoolCPU, .addPoolCPU] } : [])
                + [.moveToPool]
        case .affinity: [.setAffinity]
        case .share(let scheduler, _, _): [scheduler == .credit ? .creditSet : .credit2Set]
        case .rtds: [.rtdsSet]
        case .ring: [.allocUnbound, .setParameter, .grantWrite]
        case .home, .console, .disk, .interface: [.xenstoreWrite]
        }
    }

    var detail: String {
        switch self {
        case .vcpus(let count): return counted(count, "vcpu", "vcpus")
        case .affinity(let affinity):
            let sets = [affinity.hard.map { "hard \(cpuList($0))" }, affinity.soft.map { "soft \(cpuList($0))" }]
            return "vcpu \(affinity.vcpu): " + sets.compactMap { $0 }.joined(separator: ", ")
        case .setting(.memMax(let kibibytes)): return "at most \(kibibytes) KiB"
        case .setting(.uuid(let handle)): return uuid(handle)
        case .setting(.tscMode): return "TSC mode \(text(value.bytes))"
        case .setting(.iomem(let range)):
            return
                "\(range.count) machine frames from \(hexadecimal(range.host)) at guest frame \(hexadecimal(range.guest))"
        case .setting(.ioports(let range)): return "\(range.count) ports from \(hexadecimal(UInt64(range.first)))"
        case .share, .rtds: return text(value.bytes)
        case .setting, .cpupool, .channel, .clearedFeatures, .ring, .home, .console, .disk, .interface:
            return "\(name) \(text(value.bytes))"
        }
    }
}

extension Setting {
    /// Nothing of one that is part of another operation.
    fileprivate var effects: [Operation] {
        switch self {
        case .tscMode: [.setTSCInfo]
        case .iomem: [.permitMemory, .mapMemory]
        case .pci: [.assignDevice]
        case .memMax: [.setMaxMemory]
        case .nodeAffinity: [.setNodeAffinity]
        case .ioports: [.permitPorts, .mapPorts]
        case .number(.irqs, _): [.permitInterrupt]
        case .hvmParam: [.setParameter]
        case .uuid: [.setHandle]
        case .label: [.relabelDomain]
        case .enhanced, .console, .cpuidClear, .cpupool, .hardAffinity, .softAffinity, .weight, .cap, .number,
            .eventChannel, .disk, .vif:
            []
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import ConfigApply

/// An operation is done where all of it is there: each part of each one is changed by somebody else right after it, and
/// that is told.
@Suite struct ReadBackTests {
    struct Part: Sendable, CustomTestStringConvertible {
        let what: String
        let operation: ConfigOperation
        /// Which of DomB's changes somebody else's comes after.
        let after: Platform.Operation
        let meddle: @Sendable (inout SimulatedDomain) -> Void

        init(
            _ what: String, _ operation: ConfigOperation, after: Platform.Operation,
            _ meddle: @escaping @Sendable (inout SimulatedDomain) -> Void
        ) {
            self.what = what
            self.operation = operation
            self.after = after
            self.meddle = meddle
        }

        var testDescription: String { what }
    }

    private static let pool = CPUPool(
        number: 1, name: [UInt8]("rt".utf8), scheduler: .credit2, cpus: CPUSet(words: [0b1110]))
    private static let label = [UInt8]("system_u:system_r:domU_t".utf8)
    private static let device = PCIAddress(rawValue: 0x300)

    private static let parts: [Part] = [
        simple, weights(.credit2, .credit2Set), weights(.credit, .creditSet), rtds,
        features,
        parameters, rings,
    ].flatMap { $0 }

    private static let simple: [Part] =
        [
            Part("vcpus", .vcpus(2), after: .maxVCPUs) { $0.info.vcpus = 1 },
            Part("mem-max", .setting(.memMax(16384)), after: .setMaxMemory) { $0.info.maxPages -= 1 },
            Part("the handle's first half", .setting(.uuid(DomainHandle(high: 1, low: 2))), after: .setHandle) {
                $0.info.handle = DomainHandle(high: 0, low: 2)
            },
            Part("the handle's second half", .setting(.uuid(DomainHandle(high: 1, low: 2))), after: .setHandle) {
                $0.info.handle = DomainHandle(high: 1, low: 0)
            },
            Part("tsc-mode", .setting(.tscMode(.alwaysEmulate)), after: .setTSCInfo) { $0.tscMode = .neverEmulate },
            Part("label", .setting(.label(label)), after: .relabelDomain) { $0.info.securityID = 8 },
            Part("hard-affinity", affinity(1), after: .setAffinity) { $0.affinities[1].hard = CPUSet(words: [3]) },
            Part("soft-affinity", affinity(1), after: .setAffinity) { $0.affinities[1].soft = CPUSet(words: [3]) },
            Part("hard-affinity alone", affinity(0, soft: false), after: .setAffinity) {
                $0.affinities[0].hard = CPUSet(words: [3])
            },
            Part("soft-affinity alone", affinity(0, hard: false), after: .setAffinity) {
                $0.affinities[0].soft = CPUSet(words: [3])
            },
            Part("node-affinity", .setting(.nodeAffinity(CPUSet(words: [2]))), after: .setNodeAffinity) {
                $0.nodeAffinity = CPUSet(words: [3])
            },
            Part("the pool's move", .cpupool(pool, creating: true), after: .moveToPool) { $0.info.cpupool = 0 },
            Part("the move to a pool that is there", .cpupool(pool, creating: false), after: .moveToPool) {
                $0.info.cpupool = 0
            },
        ]

    private static let rtds: [Part] = (0..<2).flatMap { vcpu in
        [
            Part("rtds-period of vcpu \(vcpu)", .rtds(.init(period: 20000, budget: 1000)), after: .rtdsSet) {
                $0.rtds[vcpu] = RTDSParameters(period: 20001, budget: 1000)
            },
            Part("rtds-budget of vcpu \(vcpu)", .rtds(.init(period: 20000, budget: 1000)), after: .rtdsSet) {
                $0.rtds[vcpu] = RTDSParameters(period: 20000, budget: 999)
            },
        ]
    }

    /// Alone, and among features of every leaf.
    private static let features: [Part] = CPUFeature.allCases.flatMap { feature in
        [[feature], [feature, .avx, .svm, .rtm]].map { features in
            Part("cpuid-clear \(feature)", .clearedFeatures(features), after: .setCPUPolicy) { domain in
                domain.cpuid[feature.leaf] = CPUIDRegisters(eax: .max, ebx: .max, ecx: .max, edx: .max)
            }
        }
    }

    private static let parameters: [Part] = HVMParameter.allCases.flatMap { parameter in
        (0...8 as ClosedRange<UInt64>).compactMap { HVMSetting(parameter, $0) }.map { setting in
            Part("\(parameter) \(setting.value)", .setting(.hvmParam(setting)), after: .setParameter) {
                $0.parameters[parameter] = setting.value + 1
            }
        }
    }

    private static func affinity(_ vcpu: UInt32, hard: Bool = true, soft: Bool = true) -> ConfigOperation {
        .affinity(
            VCPUAffinity(vcpu: vcpu, hard: hard ? CPUSet(words: [1]) : nil, soft: soft ? CPUSet(words: [2]) : nil))
    }

    /// Of both together, and of each where the LCM gives it alone.
    private static func weights(
        _ scheduler: HypervisorFacts.Scheduler, _ name: Platform.Operation
    ) -> [Part] {
        [
            Part("weight of both", .share(scheduler, weight: 512, cap: 50), after: name) { $0.weight = 256 },
            Part("cap of both", .share(scheduler, weight: 512, cap: 50), after: name) { $0.cap = 0 },
            Part("weight alone", .share(scheduler, weight: 512, cap: nil), after: name) { $0.weight = 511 },
            Part("cap alone", .share(scheduler, weight: nil, cap: 50), after: name) { $0.cap = 51 },
        ]
    }

    private static let rings: [Part] = [ReservedGrant.Reference.xenstore, .console].flatMap { ring -> [Part] in
        guard let remote = DomainID(rawValue: 0), let other = DomainID(rawValue: 9) else { return [] }
        let operation = ConfigOperation.ring(ring, remote: remote)
        return [
            Part("port of ring \(ring)", operation, after: .setParameter) { $0.parameters[ring.channelParameter] = 7 },
            Part("remote end of ring \(ring)", operation, after: .setParameter) { $0.channels[1] = other },
            Part("bound end of ring \(ring)", operation, after: .setParameter) { $0.channels[1] = .some(nil) },
            Part("grantee of ring \(ring)", operation, after: .grantWrite) {
                $0.grants[ring] = ReservedGrant(ring, frame: 20, grantee: other)
            },
            Part("frame of ring \(ring)", operation, after: .grantWrite) {
                $0.grants[ring] = ReservedGrant(ring, frame: 21, grantee: remote)
            },
            Part("entry of ring \(ring)", operation, after: .grantWrite) { $0.grants[ring] = nil },
        ]
    }

    private var domid: DomainID { get throws { try #require(DomainID(rawValue: 3)) } }

    private func host(for operation: ConfigOperation) throws -> SimulatedHypervisor {
        var host = SimulatedHypervisor(cpus: 4, callerIsHardwareDomain: true)
        host.facts.host.nodes = 2
        host.facts.host.hasIOMMU = true
        host.facts.securityMode = .enforcing
        host.labels[Self.label] = 7
        host.devices[Self.device.rawValue] = .some(nil)
        if case .share(.credit, _, _) = operation { host.facts.scheduler = .credit }
        if case .rtds = operation { host.facts.scheduler = .rtds }
        if case .cpupool(let pool, false) = operation {
            host.madePools = [pool]
            host.givenUpCPUs = pool.cpus
        }
        var domain = SimulatedDomain(domid: try domid, kibibytes: 8192, vcpus: 2, cpus: 2)
        domain.parameters[.xenstoreFrame] = 20
        domain.parameters[.consoleFrame] = 20
        if case .setting(let setting) = operation { domain.created = [setting] }
        host.add(domain)
        try ConfigOperation.vcpus(2).apply(to: domid, as: .pvh, on: &host)
        return host
    }

    @Test(arguments: parts) func whatIsNotKeptInPartIsTold(part: Part) throws {
        var host = try host(for: part.operation)
        try part.operation.apply(to: domid, as: .pvh, on: &host)
        host = try self.host(for: part.operation)
        host.meddling = { host, change in
            guard change.operation == part.after, var domain = host.domainsByID[3] else { return }
            part.meddle(&domain)
            host.domainsByID[3] = domain
        }
        #expect(throws: ConfigError.notKept(part.operation)) {
            try part.operation.apply(to: domid, as: .pvh, on: &host)
        }
    }

    /// A pool is what the LCM says: its scheduler, and each of its cpus.
    @Test func aPoolThatIsNotAsItWasMadeIsTold() throws {
        let operation = ConfigOperation.cpupool(Self.pool, creating: true)
        let others = Self.pool.cpus.members.map { cpu in
            CPUPool(number: 1, scheduler: .credit2, cpus: CPUSet(words: [0b1110 & ~(1 << UInt64(cpu))]))
        }
        let wrong =
            others + [
                CPUPool(number: 1, scheduler: .null, cpus: Self.pool.cpus),
                CPUPool(number: 1, scheduler: .credit2, cpus: CPUSet(words: [0b11110])),
                CPUPool(number: 2, scheduler: .credit2, cpus: Self.pool.cpus),
            ]
        for pool in wrong {
            var host = try host(for: operation)
            host.meddling = { host, change in
                if case .addCPU(3, pool: 1) = change { host.madePools = [pool] }
            }
            #expect(throws: ConfigError.notKept(operation)) { try operation.apply(to: domid, as: .pvh, on: &host) }
        }
    }

    /// A channel's port and its remote end.
    @Test func aChannelThatIsNotAsItWasMadeIsTold() throws {
        let (remote, other) = (try #require(DomainID(rawValue: 0)), try #require(DomainID(rawValue: 9)))
        let operation = ConfigOperation.channel(port: 1, remote: remote)
        var forgetful = try host(for: operation)
        forgetful.ignored = [.allocUnbound]
        #expect(throws: ConfigError.notKept(operation)) { try operation.apply(to: domid, as: .pvh, on: &forgetful) }
        // A channel of the builder's for somebody else in a ring's place.
        for ring in [ReservedGrant.Reference.xenstore, .console] {
            let operation = ConfigOperation.ring(ring, remote: remote)
            for (channel, isGood) in [(remote, true), (other, false), (nil, false)] as [(DomainID?, Bool)] {
                var host = try host(for: operation)
                host.domainsByID[3]?.channels[5] = .some(channel)
                host.domainsByID[3]?.parameters[ring.channelParameter] = 5
                if isGood {
                    try operation.apply(to: domid, as: .pvh, on: &host)
                    #expect(host.domainsByID[3]?.parameters[ring.channelParameter] == 5)
                } else {
                    #expect(throws: ConfigError.notKept(operation)) {
                        try operation.apply(to: domid, as: .pvh, on: &host)
                    }
                    #expect(host.domainsByID[3]?.grants[ring] == nil)
                }
            }
        }
    }

    /// A device is the domain's where Xen refuses to give it again as it does for one that a guest has, and only then.
    @Test(arguments: 1...133 as ClosedRange<Int32>) func aDeviceIsGivenWhereXenSaysEINVALOnly(code: Int32) throws {
        let operation = ConfigOperation.setting(.pci(Self.device))
        var host = try host(for: operation)
        host.faults = [SimulatedFault(.testAssignDevice, nil, occurrence: 1, .errno(code))]
        guard code != 22 else { return try operation.apply(to: domid, as: .pvh, on: &host) }
        let error = ConfigError.hypercall(operation, HypercallError(.testAssignDevice, try domid, code: code))
        #expect(throws: error) { try operation.apply(to: domid, as: .pvh, on: &host) }
    }

    @Test func everyOperationThatXenTellsOfIsHere() {
        let here = Set(Self.parts.map { OperationKind($0.operation) } + [.channel, .pci, .maxGrantFrames])
        #expect(here == Set(OperationKind.allCases.filter { $0.isReadBack }))
    }
}

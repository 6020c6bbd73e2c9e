// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import SimulatedPlatform
import Testing

@testable import Sequencer

@Suite struct LaunchPlanTests {
    private func refusal(
        _ change: (inout SimulatedLaunch) throws -> Void, handoff: HandoffKind = .shutdown
    ) throws -> PlanRefusal? {
        var launch = try SimulatedLaunch(dependencies: [[], [0]], handoff: handoff)
        try change(&launch)
        let outcome = launch.run(planOnly: true)
        // A refusal has no effect: Xen was asked questions, the TPM one.
        #expect(outcome.host.calls.count == 8)
        #expect(outcome.tpm.extends.isEmpty)
        guard let failure = outcome.failure else { return nil }
        guard case .refusal(let refusal) = failure.cause else {
            Issue.record("not a refusal: \(failure)")
            return nil
        }
        #expect(refusal.text.count > 10, "\(refusal.code)")
        return refusal
    }

    private func domid(_ value: UInt16) throws -> DomainID { try #require(DomainID(rawValue: value)) }

    @Test func theUnchangedLaunchIsPlanned() throws { #expect(try refusal { _ in } == nil) }

    @Test func shutdownOfTheHardwareDomainIsRefused() throws {
        #expect(try refusal { $0.host.facts.callerIsHardwareDomain = true } == .refused(.shutdownOfHardwareDomain))
        #expect(try refusal({ $0.host.facts.callerIsHardwareDomain = true }, handoff: .park) == nil)
    }

    @Test func anotherLCMThanThePinnedOneIsRefused() throws {
        let pin = SwiftCryptoHash.digest(.sha256, of: [])
        let refused = try refusal { $0.arguments.pinnedDigest = pin }
        #expect(refused == .refused(.pinnedDigest))
        let words: Line = """
            the LCM is not the pinned one: SHA-256 \(hexBytes: SimulatedLaunch.digest.bytes), domb.lcm= says \
            \(hexBytes: pin.bytes)
            """
        #expect(refused?.message == words)
        #expect(try refusal { $0.arguments.pinnedDigest = SimulatedLaunch.digest } == nil)
    }

    @Test func anLCMThatAsksForLessIsRefused() throws {
        let refused = try refusal {
            $0.lcm.settings.tpmPolicy = .warn
            $0.arguments.leastTPMPolicy = .require
        }
        #expect(refused == .refused(.policyBelowLeast))
        #expect(refused?.text == "the LCM asks for TPM policy warn, domb.tpm= demands at least require")
    }

    @Test func noTPMIsRefusedUnderRequire() throws {
        #expect(try refusal { $0.tpm.isPresent = false } == .refused(.tpmRequired))
    }

    @Test func aBankThatCannotBeHashedIsRefused() throws {
        #expect(try refusal { $0.tpm.banks.append(0x12) } == .refused(.unhashableBank))
        #expect(try refusal { $0.tpm.banks = [] } == .refused(.noActiveBank))
    }

    /// The command line's PCR is the one that a verifier looks at: whatever an LCM launches elsewhere would leave it open.
    @Test(arguments: [10, 11, 12, 15, 17] as [UInt32]) func anLCMOfAnotherPCRIsRefused(index: UInt32) throws {
        let demanded = try #require(PCRIndex(rawValue: index))
        for named in 0..<UInt32(PCRIndex.count) where named != index {
            let named = try #require(PCRIndex(rawValue: named))
            let refusal = try refusal {
                $0.lcm.settings.pcr = named
                $0.arguments.pcr = demanded
            }
            #expect(refusal == .refused(.otherPCR))
            #expect(
                refusal?.text
                    == "the LCM names PCR \(named.rawValue), the command line PCR \(demanded.rawValue) "
                    + "(domb.pcr=, 11 without it)")
        }
    }

    @Test func anLCMThatNamesThePCROrNoneIsLaunchedThere() throws {
        for (named, index) in [(nil, 11), (11, 11), (nil, 13), (13, 13)] as [(UInt32?, UInt32)] {
            var launch = try SimulatedLaunch(dependencies: [[]])
            launch.arguments.pcr = try #require(PCRIndex(rawValue: index))
            launch.lcm.settings.pcr = named.flatMap { PCRIndex(rawValue: $0) }
            let outcome = launch.run()
            #expect(outcome.failure == nil)
            #expect(Set(outcome.tpm.extends.map { UInt32($0.pcr.rawValue) }) == [index])
        }
    }

    @Test(arguments: [17, 22] as [UInt32]) func dynamicPCRsNeedTheLocalityAndADynamicLaunch(index: UInt32) throws {
        let pcr = try #require(PCRIndex(rawValue: index))
        #expect(try refusal { $0.arguments.pcr = pcr } == .refused(.localityPCR))
        let refusal = try refusal {
            $0.arguments.pcr = pcr
            $0.tpm.hasLocalities = true
        }
        #expect(refusal == .refused(.dynamicPCRNotBegun))
    }

    @Test func aCycleNamesItsDomains() throws {
        let refused = try refusal { $0.lcm.domains[0].dependencies = [1] }
        #expect(refused == .refused(.cycle))
        #expect(refused?.text == "dependency cycle: dom1 -> dom2 -> dom1")
    }

    @Test func aMissingDomainIsRefused() throws {
        #expect(try refusal { $0.host.domainsByID[2] = nil } == .refused(.missing, try domid(2)))
    }

    @Test func aDomainThatTheLCMDoesNotNameIsRefused() throws {
        let extra = SimulatedDomain(domid: try domid(7), kibibytes: 4096)
        #expect(try refusal { $0.host.add(extra) } == .refused(.unnamed, try domid(7)))
    }

    /// Whoever does not run cannot be the boot domain.
    @Test func theBootDomainIsOneThatRuns() throws {
        for change in [{ $0.isPaused = true }, { $0.isShutDown = true }, { $0.isDying = true }]
            as [(inout DomainInfo) -> Void]
        {
            let refused = try refusal { launch in
                if let boot = launch.host.domainsByID[0]?.info {
                    var info = boot
                    change(&info)
                    launch.host.domainsByID[0]?.info = info
                }
            }
            #expect(refused == .refused(.unnamed, try domid(0)))
        }
    }

    /// Microcode and a policy are loaded by the hypervisor: nobody could measure them in a domain.
    @Test(arguments: [OtherModule.Kind.microcode, .securityPolicy]) func aModuleOfTheHypervisorsIsRefused(
        kind: OtherModule.Kind
    ) throws {
        let image = ImageReference(moduleIndex: 5, segments: [])
        for others in [[kind], [.config, kind], [kind, .config]] {
            let refused = try refusal {
                $0.lcm.domains[1].otherModules = others.map { OtherModule(kind: $0, image: image) }
            }
            #expect(refused == .refused(.unmeasurableModule, try domid(2)))
        }
    }

    @Test func aSecondRunningDomainIsRefused() throws {
        var extra = SimulatedDomain(domid: try domid(7), kibibytes: 4096)
        extra.info.isPaused = false
        let running = extra
        let refused = try refusal { $0.host.add(running) }
        #expect(refused == .refused(.secondRunningDomain))
        #expect(refused?.text == "domains 0 and 7 run, and the LCM names neither")
    }

    @Test func aDomainThatRunsIsRefused() throws {
        #expect(try refusal { $0.host.domainsByID[2]?.info.isPaused = false } == .refused(.notPaused, try domid(2)))
    }

    @Test func aDomainThatRanIsRefused() throws {
        #expect(try refusal { $0.host.domainsByID[2]?.info.cpuTime = 1 } == .refused(.alreadyRan, try domid(2)))
    }

    @Test func aPVDomainIsRefused() throws {
        #expect(try refusal { $0.host.domainsByID[2]?.info.isHVM = false } == .refused(.notHVM, try domid(2)))
    }

    /// 8192 KiB and the builder's pages: less than the LCM says, or a mebibyte more, is another domain.
    @Test func aDomainOfAnotherSizeIsRefused() throws {
        let smaller = try refusal { $0.host.domainsByID[2]?.info.totalPages = 2047 }
        #expect(smaller == .refused(.memory, try domid(2)))
        #expect(smaller?.text == "it owns 8188 KiB, the LCM says 8192")
        #expect(try refusal { $0.host.domainsByID[2]?.info.totalPages = 2048 } == nil)
        #expect(try refusal { $0.host.domainsByID[2]?.info.totalPages = 2048 + 256 } == nil)
        #expect(
            try refusal { $0.host.domainsByID[2]?.info.totalPages = 2048 + 257 }
                == .refused(.memory, try domid(2)))
    }

    @Test func anotherHandleIsRefusedAndNoneIsNot() throws {
        let wanted = DomainHandle(high: 1, low: 1)
        #expect(try refusal { $0.lcm.domains[0].handle = wanted } == nil)
        let refused = try refusal {
            $0.lcm.domains[0].handle = wanted
            $0.host.domainsByID[1]?.info.handle = DomainHandle(high: 2, low: 2)
        }
        #expect(refused == .refused(.handle, try domid(1)))
    }

    @Test func aKernelOfUnknownPlaceIsRefused() throws {
        #expect(try refusal { $0.lcm.domains[1].kernel.segments = [] } == .refused(.unknownPlace, try domid(2)))
    }

    @Test func theRecoveryDomainIsNotPartOfAGoodLaunch() throws {
        var launch = try SimulatedLaunch(dependencies: [[], []])
        launch.lcm.domains[0].roles = .recovery
        #expect(launch.run(planOnly: true).plan?.unpauseOrder == [1])
        #expect(
            try refusal { $0.lcm.domains[0].roles = .recovery } == .refused(.recoveryDependency, try domid(2)))
    }

    @Test func aLogRegionOverTheKernelIsRefused() throws {
        let region = Segment(address: 0x10_0000, byteCount: 4096)
        #expect(try refusal { $0.lcm.domains[1].logRegion = region } == .refused(.logRegion, try domid(2)))
    }

    @Test func aSecondProcessAndAnOpenDescriptorAreRefused() throws {
        let launch = try SimulatedLaunch(dependencies: [[]])
        func cause(_ outcome: SimulatedLaunch.Outcome) -> LaunchFailure.Cause? { outcome.failure?.cause }
        #expect(cause(launch.run(otherProcesses: [42])) == .refusal(.refused(.otherProcess)))
        #expect(cause(launch.run(inheritedDescriptors: [5])) == .refusal(.refused(.inheritedDescriptor)))
        // Of several the first is named.
        func message(_ outcome: SimulatedLaunch.Outcome) -> String {
            String(decoding: outcome.failure?.message.bytes ?? [], as: UTF8.self)
        }
        #expect(message(launch.run(otherProcesses: [42, 50, 60])).contains("process 42 runs"))
        #expect(message(launch.run(inheritedDescriptors: [5, 7, 9])).contains("file descriptor 5 was open"))
    }

    /// Of two launches that wait for other things, or do something else after a failure, no log is that of the other.
    @Test func theLogSaysHowEachDomainIsWaitedFor() throws {
        func node(_ path: String, _ value: String?) -> DomainConduct.Readiness {
            .node(path: Array(path.utf8), value: value.map { Array($0.utf8) })
        }
        let conducts = [
            DomainConduct(), DomainConduct(readiness: .poweredOff, timeout: 1000),
            DomainConduct(readiness: .poweredOff, timeout: 2000), DomainConduct(readiness: node("a", nil)),
            DomainConduct(readiness: node("b", nil)), DomainConduct(readiness: node("a", "")),
            DomainConduct(readiness: node("a", "1")), DomainConduct(readiness: node("a", "1"), timeout: 1000),
            DomainConduct(onFailure: .skip), DomainConduct(readiness: .poweredOff, timeout: 1000, onFailure: .skip),
        ]
        var records: [LaunchEvent.Configuration] = []
        for conduct in conducts {
            var launch = try SimulatedLaunch(dependencies: [[], []], handoff: .park)
            launch.lcm.settings.xenstored = SimulatedLaunch.digest
            launch.lcm.domains[1].settings.enhanced = true
            launch.host.domainsByID[2]?.parameters[.xenstoreFrame] = 20
            launch.lcm.domains[1].conduct = conduct
            let record = try #require(launch.run(planOnly: true).plan).configurationRecord
            #expect(record.domains[1].items.suffix(conduct.items.count) == conduct.items[...])
            #expect(!records.contains(record), "\(conduct)")
            records.append(record)
        }
    }
}

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
        return refusal
    }

    private func domid(_ value: UInt16) throws -> DomainID { try #require(DomainID(rawValue: value)) }

    @Test func theUnchangedLaunchIsPlanned() throws { #expect(try refusal { _ in } == nil) }

    @Test func shutdownOfTheHardwareDomainIsRefused() throws {
        #expect(try refusal { $0.host.facts.callerIsHardwareDomain = true } == .shutdownOfHardwareDomain)
        #expect(try refusal({ $0.host.facts.callerIsHardwareDomain = true }, handoff: .park) == nil)
    }

    @Test func anotherLCMThanThePinnedOneIsRefused() throws {
        let pin = SwiftCryptoHash.digest(.sha256, of: [])
        #expect(
            try refusal { $0.arguments.pinnedDigest = pin }
                == .pinnedDigest(expected: pin, actual: SimulatedLaunch.digest))
        #expect(try refusal { $0.arguments.pinnedDigest = SimulatedLaunch.digest } == nil)
    }

    @Test func anLCMThatAsksForLessIsRefused() throws {
        let refused = try refusal {
            $0.module.settings.tpmPolicy = .warn
            $0.arguments.leastTPMPolicy = .require
        }
        #expect(refused == .policyBelowLeast(asked: .warn, least: .require))
    }

    @Test func noTPMIsRefusedUnderRequire() throws {
        let error = TPMError(.getCapability, responseCode: 0xA_000A)
        #expect(try refusal { $0.tpm.isPresent = false } == .tpmRequired(error))
    }

    @Test func aBankThatCannotBeHashedIsRefused() throws {
        #expect(try refusal { $0.tpm.banks.append(0x12) } == .unhashableBank(0x12))
        #expect(try refusal { $0.tpm.banks = [] } == .noActiveBank)
    }

    /// The command line's PCR is the one that a verifier looks at: whatever an LCM launches elsewhere would leave it open.
    @Test(arguments: [10, 11, 12, 15, 17] as [UInt32]) func anLCMOfAnotherPCRIsRefused(index: UInt32) throws {
        let demanded = try #require(PCRIndex(rawValue: index))
        for named in 0..<UInt32(PCRIndex.count) where named != index {
            let named = try #require(PCRIndex(rawValue: named))
            let refusal = try refusal {
                $0.module.settings.pcr = named
                $0.arguments.pcr = demanded
            }
            #expect(refusal == .otherPCR(named: named, demanded))
            let text = String(decoding: PlanRefusal.otherPCR(named: named, demanded).message.bytes, as: UTF8.self)
            #expect(text.contains("PCR \(named.rawValue),") && text.contains("PCR \(demanded.rawValue) "))
        }
    }

    @Test func anLCMThatNamesThePCROrNoneIsLaunchedThere() throws {
        for (named, index) in [(nil, 11), (11, 11), (nil, 13), (13, 13)] as [(UInt32?, UInt32)] {
            var launch = try SimulatedLaunch(dependencies: [[]])
            launch.arguments.pcr = try #require(PCRIndex(rawValue: index))
            launch.module.settings.pcr = named.flatMap { PCRIndex(rawValue: $0) }
            let outcome = launch.run()
            #expect(outcome.failure == nil)
            #expect(Set(outcome.tpm.extends.map { UInt32($0.pcr.rawValue) }) == [index])
        }
    }

    @Test(arguments: [17, 22] as [UInt32]) func dynamicPCRsNeedTheLocalityAndADynamicLaunch(index: UInt32) throws {
        let pcr = try #require(PCRIndex(rawValue: index))
        let noLocality = TPMError(.setLocality, responseCode: 0xA_0002)
        #expect(try refusal { $0.arguments.pcr = pcr } == .localityPCR(pcr, noLocality))
        let refusal = try refusal {
            $0.arguments.pcr = pcr
            $0.tpm.hasLocalities = true
        }
        #expect(refusal == .dynamicPCRNotBegun(pcr))
    }

    @Test func aCycleNamesItsDomains() throws {
        let names = [[UInt8]("dom1".utf8), [UInt8]("dom2".utf8)]
        #expect(try refusal { $0.module.domains[0].dependencies = [1] } == .cycle(names))
    }

    @Test func aMissingDomainIsRefused() throws {
        #expect(try refusal { $0.host.domainsByID[2] = nil } == .missing(try domid(2)))
    }

    @Test func aDomainThatTheLCMDoesNotNameIsRefused() throws {
        let extra = SimulatedDomain(domid: try domid(7), kibibytes: 4096)
        #expect(try refusal { $0.host.add(extra) } == .unnamed(try domid(7)))
    }

    @Test func aSecondRunningDomainIsRefused() throws {
        var extra = SimulatedDomain(domid: try domid(7), kibibytes: 4096)
        extra.info.isPaused = false
        let running = extra
        #expect(try refusal { $0.host.add(running) } == .secondRunningDomain(try domid(0), try domid(7)))
    }

    @Test func aDomainThatRunsIsRefused() throws {
        #expect(try refusal { $0.host.domainsByID[2]?.info.isPaused = false } == .notPaused(try domid(2)))
    }

    @Test func aDomainThatRanIsRefused() throws {
        #expect(try refusal { $0.host.domainsByID[2]?.info.cpuTime = 1 } == .alreadyRan(try domid(2)))
    }

    @Test func aPVDomainIsRefused() throws {
        #expect(try refusal { $0.host.domainsByID[2]?.info.isHVM = false } == .notHVM(try domid(2)))
    }

    /// 8192 KiB and the builder's pages: less than the LCM says, or a mebibyte more, is another domain.
    @Test func aDomainOfAnotherSizeIsRefused() throws {
        #expect(
            try refusal { $0.host.domainsByID[2]?.info.totalPages = 2047 }
                == .memory(try domid(2), expected: 8192, actual: 8188))
        #expect(try refusal { $0.host.domainsByID[2]?.info.totalPages = 2048 } == nil)
        #expect(try refusal { $0.host.domainsByID[2]?.info.totalPages = 2048 + 256 } == nil)
        #expect(
            try refusal { $0.host.domainsByID[2]?.info.totalPages = 2048 + 257 }
                == .memory(try domid(2), expected: 8192, actual: 9220))
    }

    @Test func anotherHandleIsRefusedAndNoneIsNot() throws {
        let wanted = DomainHandle(high: 1, low: 1)
        #expect(try refusal { $0.module.domains[0].handle = wanted } == nil)
        let refused = try refusal {
            $0.module.domains[0].handle = wanted
            $0.host.domainsByID[1]?.info.handle = DomainHandle(high: 2, low: 2)
        }
        #expect(refused == .handle(try domid(1)))
    }

    @Test func aKernelOfUnknownPlaceIsRefused() throws {
        #expect(try refusal { $0.module.domains[1].kernel.segments = [] } == .unknownPlace(try domid(2)))
    }

    @Test func theRecoveryDomainIsNotPartOfAGoodLaunch() throws {
        var launch = try SimulatedLaunch(dependencies: [[], []])
        launch.module.domains[0].roles = .recovery
        #expect(launch.run(planOnly: true).plan?.unpauseOrder == [1])
        #expect(
            try refusal { $0.module.domains[0].roles = .recovery } == .recoveryDependency(try domid(2)))
    }

    @Test func aLogRegionOverTheKernelIsRefused() throws {
        let region = Segment(address: 0x10_0000, byteCount: 4096)
        #expect(try refusal { $0.module.domains[1].logRegion = region } == .logRegion(try domid(2)))
    }

    @Test func aSecondProcessAndAnOpenDescriptorAreRefused() throws {
        let launch = try SimulatedLaunch(dependencies: [[]])
        func cause(_ outcome: SimulatedLaunch.Outcome) -> LaunchFailure.Cause? { outcome.failure?.cause }
        #expect(cause(launch.run(otherProcesses: [42])) == .refusal(.otherProcess(42)))
        #expect(cause(launch.run(inheritedDescriptors: [5])) == .refusal(.inheritedDescriptor(5)))
    }
}

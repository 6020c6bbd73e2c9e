// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform
import Testing

@testable import Sequencer

/// Which failure is of which kind, and what each kind leads to: both tables, written out a second time.
@Suite struct FailureTableTests {
    private func domid(_ number: UInt16 = 3) throws -> DomainID { try #require(DomainID(rawValue: number)) }

    @Test(arguments: FailurePolicy.Kind.allCases) func everyKindHasItsAnswer(kind: FailurePolicy.Kind) {
        for wish in [DomainConduct.OnFailure.halt, .recover, .skip] {
            let expected: DomainConduct.OnFailure =
                switch kind {
                case .configuration, .logDelivery, .unpause, .timeout, .stopped: wish
                case .measurement, .xenstore: wish == .recover ? .recover : .halt
                case .preparation, .construction, .lcm, .facts, .plan, .tpm, .events, .handoff: .halt
                }
            #expect(FailurePolicy.answer(kind, wish) == expected)
        }
    }

    /// In xenstore is one transaction for all: nobody can be left out of it.
    @Test func whateverFailsInXenstoreIsNoSingleDomainsFailure() throws {
        let domid = try domid()
        let device = try #require(VirtualDisk(text: Array("vdev=xvda,target=/dev/ram0".utf8)[...]))
        let inXenstore: [ConfigOperation] = [
            .home, .console(Backend(name: []), server: domid), .disk(device, server: domid),
        ]
        let others: [ConfigOperation] = [
            .vcpus(1), .setting(.memMax(4)), .ring(.xenstore, remote: domid), .setting(.label([1])),
        ]
        let error = HypercallError(.xenstoreWrite, code: 22)
        for operation in inXenstore + others {
            let isXenstores = inXenstore.contains(operation)
            for cause in [ConfigError.hypercall(operation, error), .notKept(operation)] {
                let failure = LaunchFailure(.configure, domid: domid, .configuration(cause))
                #expect(failure.kind == (isXenstores ? .xenstore : .configuration), "\(operation)")
            }
            for cause in [ConfigError.node([1], operation, error), .nodeNotKept([1], operation)] {
                #expect(LaunchFailure(.configure, domid: domid, .configuration(cause)).kind == .xenstore)
            }
            for cause in [ConfigError.noRing(operation), .other(operation, "port 3")] {
                #expect(LaunchFailure(.configure, domid: domid, .configuration(cause)).kind == .configuration)
            }
        }
        for domid in [domid, nil] {
            let lost = ConfigError.transactionLost(attempts: 16)
            #expect(LaunchFailure(.configure, domid: domid, .configuration(lost)).kind == .xenstore)
        }
        #expect(LaunchFailure(.configure, .hypercall(error)).kind == .xenstore)
        #expect(LaunchFailure(.configure, domid: domid, .hypercall(error)).kind == .configuration)
    }

    @Test func everyStageHasItsKind() throws {
        let domid = try domid()
        let cause = LaunchFailure.Cause.measurement(.badStartInfo)
        let table: [(LaunchFailure.Stage, alone: FailurePolicy.Kind, ofADomain: FailurePolicy.Kind)] = [
            (.prepare, .preparation, .preparation), (.lcm, .lcm, .lcm), (.facts, .facts, .facts),
            (.plan, .plan, .plan), (.measure, .tpm, .measurement), (.cap, .tpm, .logDelivery),
            (.unpause, .unpause, .unpause), (.ready, .events, .events), (.handoff, .handoff, .handoff),
        ]
        for (stage, alone, ofADomain) in table {
            #expect(LaunchFailure(stage, cause).kind == alone)
            #expect(LaunchFailure(stage, domid: domid, cause).kind == ofADomain)
            // The TPM is nobody's: with it nothing can be left out, at whatever stage and for whomever.
            let tpm = LaunchFailure.Cause.tpm(TPMError(.pcrExtend, responseCode: 0x101))
            #expect(LaunchFailure(stage, tpm).kind == .tpm)
            #expect(LaunchFailure(stage, domid: domid, tpm).kind == .tpm)
            for (failure, kind) in [
                (ReadinessFailure.timeout(5), FailurePolicy.Kind.timeout), (.gone, .stopped),
                (.shutDown(.powerOff), .stopped),
            ] {
                #expect(LaunchFailure(stage, domid: domid, .readiness(failure)).kind == kind)
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform
import Sequencer
import Testing

/// Every refusal of a domain says why in its own words.
@Suite struct RefusalTextTests {
    private static var refusals: [(DomainID) -> PlanRefusal] {
        [
            PlanRefusal.logRegion, PlanRefusal.recoveryDependency, PlanRefusal.secondRecovery,
            PlanRefusal.recoveryConduct,
            PlanRefusal.noRecovery, PlanRefusal.noXenstore, PlanRefusal.noStoreRing, PlanRefusal.hardwareShutdown,
            PlanRefusal.ambiguous, PlanRefusal.toolstackDevices, PlanRefusal.toolstackRole, PlanRefusal.missing,
            PlanRefusal.unnamed, PlanRefusal.notPaused, PlanRefusal.alreadyRan, PlanRefusal.shutDown,
            PlanRefusal.notHVM,
            PlanRefusal.handle, PlanRefusal.unknownPlace,
        ]
    }

    @Test func noTwoAreToldAlike() throws {
        let domid = try #require(DomainID(rawValue: 5))
        let texts = Self.refusals.map { String(decoding: $0(domid).message.bytes, as: UTF8.self) }
        #expect(Set(texts).count == texts.count)
        for text in texts { #expect(text.count > 10, "\(text)") }
    }
}

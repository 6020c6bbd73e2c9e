// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import Sequencer

/// Refusals are told apart by rule and domain.
@Suite struct PlanRefusalTests {
    @Test func aRefusalIsOfItsRuleAndOfItsDomain() throws {
        let domids = try [1, 2].map { try #require(DomainID(rawValue: $0)) }
        let refusal = PlanRefusal(.missing, domid: domids[0], "it is not there")
        #expect(refusal == PlanRefusal(.missing, domid: domids[0], "in other words"))
        #expect(refusal != PlanRefusal(.missing, domid: domids[1], "it is not there"))
        #expect(refusal != PlanRefusal(.missing, "it is not there"))
        #expect(refusal != PlanRefusal(.unnamed, domid: domids[0], "it is not there"))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import domb

/// A rehearsed fault that never came was not rehearsed.
@Suite struct UnusedFaultTests {
    private let tree = Sandbox.fixtures + "/world/base.dtb"

    private func replay(_ faults: String...) throws -> (code: Int32, message: String)? {
        var failure: (code: Int32, message: String)?
        try Sandbox.run { sandbox throws in
            failure = sandbox.failure(["replay", tree] + faults.flatMap { ["--fail", $0] })
        }
        return failure
    }

    @Test(arguments: [
        "xc_domain_unpause@9", "xc_domain_unpause#9", "TPM2_PCR_Extend#9999", "ready@1:crash", "ready@9",
        "xc_domain_node_setaffinity",
    ]) func whatNeverCameIsTold(point: String) throws {
        let failure = try replay(point)
        #expect(failure?.code == 1)
        #expect(failure?.message.contains("\(point): it never happened") == true, "\(failure?.message ?? "complete")")
    }

    @Test func onlyThoseThatNeverCameAreTold() throws {
        let failure = try replay("xc_domain_unpause@1", "xc_domain_unpause@9")
        #expect(failure?.message.contains("@9") == true && failure?.message.contains("unpause@1:") == false)
        #expect(try replay("xc_domain_unpause@1")?.message == "")
    }

    /// By the name that the LCM has.
    @Test func aDomainIsCalledByItsName() throws {
        #expect(try replay("xc_domain_unpause@a")?.message == "")
        let failure = try replay("xc_domain_unpause@b")
        #expect(failure?.code == 65 && failure?.message.contains("neither a domid nor a domain's name") == true)
    }
}

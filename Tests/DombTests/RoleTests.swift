// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import SimulatedPlatform
import Testing

@testable import domb

/// A role that a format loses is a right that a domain has or has not.
@Suite struct RoleTests {
    private static let roles: [DomainRoles] = [
        .control, .hardware, .xenstore, .console, .recovery, .legacyDom0, .stubDomain,
        [.control, .console, .stubDomain], [.hardware, .xenstore, .recovery], [],
    ]

    private func readBack(_ bytes: [UInt8]) throws -> DomainRoles? {
        try LCM(parsing: bytes, hashing: SwiftCryptoHash.self).domains.last?.roles
    }

    private func launch(_ roles: DomainRoles) throws -> Launch {
        var lcm = try TestLaunchFiles.lcm()
        // Nobody depends on the last one.
        lcm.domains[2].roles = roles
        return Launch(lcm: lcm, bootDomain: nil)
    }

    @Test(arguments: roles) func everyRoleComesBackFromATree(_ roles: DomainRoles) throws {
        #expect(try readBack(FlatTree(try launch(roles)).blob) == roles)
    }

    /// The prototype's format has no word for some of them.
    @Test(arguments: roles) func everyRoleComesBackFromAnXLCMOrIsRefused(_ roles: DomainRoles) throws {
        let launch = try launch(roles)
        var bytes: [UInt8]?
        do throws(CommandFailure) {
            bytes = try XLCMWriter.write(launch, from: "l")
        } catch {
            #expect(!roles.isDisjoint(with: [.recovery, .legacyDom0, .stubDomain]))
            #expect(error.message.contains("cannot be said in xLCM: domain spare: role"))
        }
        if let bytes { #expect(try readBack(bytes) == roles) }
    }
}

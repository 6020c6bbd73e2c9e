// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import Testing

@testable import LogReading

/// Which record may follow which, without the sequence numbers that a log has besides.
@Suite struct RecordOrderTests {
    private static let configuration = LaunchEvent.configuration(
        LaunchEvent.Configuration(
            tpmPolicy: .require, coverage: .all, handoff: .park, handoffTarget: [], domains: []))
    private static let error = LaunchEvent.error(stage: 1, domid: nil, text: [0x61])

    private func identity() -> LaunchEvent {
        .identity(
            LaunchEvent.Identity(
                launcher: .bootDomain, buildID: [1], commandLine: [], xenVersion: [], xenBuildID: [],
                xenCommandLine: [], securityMode: .none))
    }

    private func lcm() throws -> LaunchEvent {
        .lcm(byteCount: 1, digest: try #require(Digest(.sha256, bytes: [UInt8](repeating: 1, count: 32))))
    }

    @Test func aDomainIsRecordedOnce() throws {
        let domid = try #require(DomainID(rawValue: 5))
        var order = RecordOrder()
        #expect(order.problem(identity()) == nil)
        #expect(order.problem(try lcm()) == nil)
        #expect(order.problem(domain: domid) == nil)
        #expect(order.problem(domain: domid) == .secondDomain(domid))
    }

    /// A launch may fail after each of its records; before the LCM's there is none.
    @Test func anErrorMayFollowEveryRecordFromTheLCMOn() throws {
        let records = [identity(), try lcm(), Self.configuration]
        for count in 2...records.count {
            var order = RecordOrder()
            for record in records.prefix(count) { #expect(order.problem(record) == nil) }
            #expect(order.problem(Self.error) == nil, "after \(count)")
        }
    }

    @Test func noRecordMayFollowItselfOrALaterOne() throws {
        let records = [identity(), try lcm(), Self.configuration, Self.error]
        for last in records.indices {
            for next in 0...last {
                var order = RecordOrder()
                for record in records[...last] { _ = order.problem(record) }
                #expect(order.problem(records[next]) != nil, "\(next) after \(last)")
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import SimulatedPlatform

@testable import domb

/// The log of a launch of two domains or more, one field of which a test changes.
struct TestLog: Sendable {
    static func digest(_ number: UInt8) -> Digest { SwiftCryptoHash.digest(.sha256, of: [number]) }

    var pcr = PCRIndex.standard
    var banks: [HashAlgorithm] = [.sha1, .sha256]
    var identity = LaunchEvent.Identity(
        buildID: [0xAB, 0xCD], commandLine: Array("console=hvc0 quiet".utf8), xenVersion: Array("4.20".utf8),
        xenBuildID: [0x12], xenCommandLine: Array("dom0=pvh loglvl=all".utf8), securityMode: .none)
    var policyWithoutTPM: TPMPolicy?
    var moduleByteCount: UInt64 = 2217
    var moduleDigest = TestLog.digest(200)
    var nextInit: (path: [UInt8], byteCount: UInt64, digest: Digest)?
    var domains: [LaunchEvent.DomainRecord] = []
    var configuration = LaunchEvent.Configuration(
        tpmPolicy: .require, coverage: .all, handoff: .shutdown, handoffTarget: [], domains: [])
    /// Ends the log before the configuration, and before the domains from that index on.
    var errorAtDomain: Int?
    /// Before the cap where `errorAtDomain` is set, after it otherwise.
    var error: LaunchEvent.ErrorRecord?
    var isCapped = true

    /// Domains 2 broker, 3 sensor (which needs 2) and 4 app.
    init() {
        for (index, name) in ["broker", "sensor", "app"].enumerated() {
            add(domid: UInt16(index + 2), name)
        }
        configuration.domains[1].dependencies = [domains[0].domid]
        configuration.domains[0].items.append(ConfigurationItem(.weight, [512]))
    }

    init(empty: Void) {}

    mutating func add(domid: UInt16, _ name: String) {
        guard let domid = DomainID(rawValue: domid) else { return }
        let number = UInt8(truncatingIfNeeded: domid.rawValue)
        domains.append(
            LaunchEvent.DomainRecord(
                domid: domid, name: Array(name.utf8), handle: DomainHandle(high: 7, low: UInt64(domid.rawValue)),
                roles: [], coverage: .all, vcpus: 1, entry: 0x10_0000, registers: Self.digest(number),
                commandLine: Array("\(name) quiet".utf8),
                regions: [
                    MeasuredRegion(
                        role: .kernel, segments: [Segment(address: 0x10_0000, byteCount: 500 + UInt64(number))],
                        digest: Self.digest(10 &+ number)),
                    MeasuredRegion(
                        role: .ramdisk, segments: [Segment(address: 0x80_0000, byteCount: 900 + UInt64(number))],
                        digest: Self.digest(20 &+ number)),
                    MeasuredRegion(
                        role: .startInfo, segments: [Segment(address: 0x90_0000, byteCount: 56)],
                        digest: Self.digest(30)),
                ], pageCount: 2057))
        configuration.domains.append(
            LaunchEvent.Configuration.Domain(
                domid: domid, memory: 8192, dependencies: [],
                items: [
                    ConfigurationItem(.vcpus, [1]),
                    ConfigurationItem(.handle, [7, UInt64(domid.rawValue)]),
                ]))
    }

    /// Everything before the cap.
    var events: [LaunchEvent] {
        var events = [LaunchEvent.identity(identity)]
        if let policyWithoutTPM { events.append(.unmeasured(policyWithoutTPM)) }
        events.append(.lcm(byteCount: moduleByteCount, digest: moduleDigest))
        if let nextInit {
            events.append(
                .nextInit(path: nextInit.path, byteCount: nextInit.byteCount, digest: nextInit.digest))
        }
        if let errorAtDomain {
            events += domains.prefix(errorAtDomain).map { .domain($0) }
            if let error { events.append(error.event) }
            return events
        }
        return events + domains.map { .domain($0) } + [.configuration(configuration)]
    }

    var recorder: Recorder<SwiftCryptoHash> {
        var recorder = Recorder<SwiftCryptoHash>(pcr: pcr, banks: banks)
        for event in events { _ = recorder.record(event) }
        if isCapped {
            _ = recorder.recordCap(launchFailed: errorAtDomain != nil && error != nil)
            if errorAtDomain == nil, let error { _ = recorder.record(error.event) }
        }
        return recorder
    }

    var bytes: [UInt8] { recorder.log.bytes }

    func input(_ path: String = "x") throws -> DiffInput { try Self.input(bytes, path) }

    static func input(_ bytes: [UInt8], _ path: String) throws -> DiffInput {
        DiffInput(path: path, content: .log(try LogInput(bytes, from: path)))
    }

    /// What people read of the differences.
    static func lines(_ a: TestLog, _ b: TestLog) throws -> [String] {
        LaunchDiff(try a.input("a"), try b.input("b")).changes.flatMap { $0.lines }
    }
}

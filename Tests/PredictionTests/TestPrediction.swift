// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import Sequencer
import SimulatedPlatform
import Testing

@testable import Prediction

/// Everything that goes into a prediction, as values that a test changes one of.
struct TestPrediction {
    /// A kernel of one segment, which is its content.
    static func kernel(_ content: [UInt8], modulesLast: Bool = false) -> KernelImage {
        let size = UInt64(content.count)
        return KernelImage(
            parts: [KernelImage.Part(place: Segment(address: 0x10_0000, byteCount: size), content: content[...])],
            range: 0x10_0000..<(0x10_0000 + size), entry: 0x10_0000, loadsModulesLast: modulesLast)
    }

    var lcm: LCM
    /// One for each domain.
    var kernels: [[UInt8]]
    var modules: [[[UInt8]]]
    var launch: Launch

    /// What is measured before the domains.
    struct Launch {
        var identity: LaunchEvent.Identity
        var moduleByteCount: UInt64 = 100
        var moduleDigest = SwiftCryptoHash.digest(.sha256, of: [7])
        var nextInit: Surroundings.NextInit?
    }

    var received: ReceivedLCM {
        ReceivedLCM(lcm: lcm, byteCount: launch.moduleByteCount, digest: launch.moduleDigest)
    }

    var banks = HashAlgorithm.allCases

    /// Three domains, the second after the first, the third with a ramdisk.
    init() throws {
        kernels = (1...3).map { [UInt8](repeating: $0, count: 5000) }
        modules = [[], [], [[UInt8](repeating: 9, count: 77)]]
        lcm = LCM(domains: [], settings: LaunchSettings(handoff: .park))
        for index in 0..<3 {
            let domain = DomainDescription(
                domid: try #require(DomainID(rawValue: UInt16(index + 1))), name: Array("d\(index)".utf8),
                memory: 8192,
                kernel: ImageReference(
                    moduleIndex: 1, segments: [Segment(address: 0x10_0000, byteCount: 5000)]),
                ramdisk: index == 2 ? ImageReference(moduleIndex: 2) : nil, commandLine: Array("line".utf8),
                dependencies: index == 1 ? [0] : [])
            lcm.domains.append(domain)
        }
        launch = Launch(
            identity: LaunchEvent.Identity(
                buildID: [1, 2, 3], commandLine: Array("console=hvc0".utf8), xenVersion: Array("4.20.1".utf8),
                xenBuildID: [4, 5, 6], xenCommandLine: Array("dom0=pvh".utf8), securityMode: .none))
    }

    func domains() throws -> [SimulatedDomain] {
        try lcm.domains.enumerated().map { index, domain in
            var builder = SimulatedBuilder(
                domain, kernel: Self.kernel(kernels[index]), modules: modules[index])
            return try builder.build(cpus: 4)
        }
    }

    func predicted() throws -> PredictedLaunch {
        try PredictedLaunch(
            received, launch.identity, nextInit: launch.nextInit, domains: try domains(),
            on: PredictedLaunch.Host(banks: banks, cpus: 4))
    }

    /// The PCR in each bank.
    func values() throws -> [Digest] {
        let replay = LogReplay(try EventLogReader(parsing: try predicted().log), hashing: SwiftCryptoHash.self)
        #expect(replay.findings == [])
        #expect(replay.outcome == .closed)
        return replay.values
    }
}

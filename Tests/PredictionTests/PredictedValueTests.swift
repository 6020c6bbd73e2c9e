// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform
import Sequencer
import SimulatedPlatform
import Testing

@testable import Prediction

/// The same inputs give the same PCR, and every other input another one.
@Suite struct PredictedValueTests {
    typealias Change = @Sendable (inout TestPrediction) -> Void

    private func isDifferentInEveryBank(_ change: Change, from base: TestPrediction? = nil) throws -> Bool {
        let before = try base ?? TestPrediction()
        var after = before
        change(&after)
        let (old, new) = (try before.values(), try after.values())
        return old.count == 4 && new.count == 4 && zip(old, new).allSatisfy { $0 != $1 }
    }

    @Test func sameInputsGiveTheSameBytes() throws {
        let logs = try (0..<3).map { _ in try TestPrediction().predicted().log }
        #expect(logs[0] == logs[1])
        #expect(logs[1] == logs[2])
        #expect(!logs[0].isEmpty)
    }

    /// The order of a TPM's list of banks is not the log's.
    @Test func bankOrderDoesNotMatter() throws {
        var prediction = try TestPrediction()
        let log = try prediction.predicted().log
        prediction.banks.reverse()
        #expect(try prediction.predicted().log == log)
    }

    private static let identityChanges: [(String, Change)] = [
        ("build id", { $0.launch.identity.buildID[0] ^= 1 }),
        ("build id's length", { $0.launch.identity.buildID.append(0) }),
        ("command line", { $0.launch.identity.commandLine.append(UInt8(ascii: " ")) }),
        ("Xen's version", { $0.launch.identity.xenVersion[5] ^= 1 }),
        ("Xen's build id", { $0.launch.identity.xenBuildID = [] }),
        ("Xen's command line", { $0.launch.identity.xenCommandLine[0] ^= 1 }),
        ("XSM permissive", { $0.launch.identity.securityMode = .permissive }),
        ("XSM enforcing", { $0.launch.identity.securityMode = .enforcing }),
        ("command instead of boot domain", { $0.launch.identity.launcher = .command }),
        ("LCM's size", { $0.launch.moduleByteCount += 1 }),
        ("LCM's digest", { $0.launch.moduleDigest = SwiftCryptoHash.digest(.sha256, of: [8]) }),
        (
            "bytes moved from one field to the next",
            {
                let last = $0.launch.identity.buildID.removeLast()
                $0.launch.identity.commandLine.insert(last, at: 0)
            }
        ),
    ]

    @Test func everyIdentityFieldCounts() throws {
        for (name, change) in Self.identityChanges {
            let counts = try isDifferentInEveryBank(change)
            #expect(counts, "\(name)")
        }
    }

    /// With the LCM's own digest left as it is: these count by themselves.
    private static let configurationChanges: [(String, Change)] = [
        ("weight", { $0.lcm.domains[0].settings.set(.weight, [.weight(512)]) }),
        ("cap", { $0.lcm.domains[0].settings.set(.cap, [.cap(50)]) }),
        ("mem-max", { $0.lcm.domains[0].maxMemory = 9000 }),
        ("hard affinity", { $0.lcm.domains[0].affinities = [affinity(hard: 1)] }),
        ("soft affinity", { $0.lcm.domains[0].affinities = [affinity(soft: 1)] }),
        ("uuid", { $0.lcm.domains[0].handle = DomainHandle(high: 1, low: 2) }),
        ("memory", { $0.lcm.domains[0].memory += 4 }),
        ("vcpus", { $0.lcm.domains[0].vcpus = 2 }),
        ("name", { $0.lcm.domains[0].name = Array("e".utf8) }),
        ("bootargs", { $0.lcm.domains[0].commandLine[0] ^= 1 }),
        ("no bootargs", { $0.lcm.domains[0].commandLine = [] }),
        ("recovery role", { $0.lcm.domains[2].roles = .recovery }),
        ("dependency", { $0.lcm.domains[2].dependencies = [0] }),
        ("no dependency", { $0.lcm.domains[1].dependencies = [] }),
        ("log region", { $0.lcm.domains[0].logRegion = Segment(address: 0x20_0000, byteCount: 8192) }),
        ("TPM policy", { $0.lcm.settings.tpmPolicy = .warn }),
        ("coverage", { $0.lcm.settings.coverage = .images }),
        ("order of the domains", swapDomains),
        (
            "handoff",
            {
                $0.lcm.settings.handoff = .execute
                $0.lcm.settings.handoffTarget = Array("/init".utf8)
                $0.launch.nextInit = nextInit([1])
                $0.launch.identity.commandLine = Array("domb.exec=/init".utf8)
            }
        ),
    ]

    private static func affinity(hard: UInt64? = nil, soft: UInt64? = nil) -> VCPUAffinity {
        VCPUAffinity(vcpu: 0, hard: hard.map { CPUSet(words: [$0]) }, soft: soft.map { CPUSet(words: [$0]) })
    }

    private static func nextInit(_ content: [UInt8]) -> Surroundings.NextInit {
        Surroundings.NextInit(
            path: Array("/init".utf8), byteCount: UInt64(content.count),
            digest: SwiftCryptoHash.digest(.sha256, of: content))
    }

    /// The second depends on the first by its index, which is why they are these two.
    @Sendable private static func swapDomains(_ prediction: inout TestPrediction) {
        prediction.lcm.domains[1].dependencies = []
        prediction.lcm.domains.swapAt(0, 1)
        prediction.kernels.swapAt(0, 1)
        prediction.lcm.domains[0].dependencies = [1]
    }

    @Test func everyConfigurationValueCounts() throws {
        for (name, change) in Self.configurationChanges {
            let counts = try isDifferentInEveryBank(change)
            #expect(counts, "\(name)")
        }
    }

    @Test func nextInitCounts() throws {
        var base = try TestPrediction()
        base.lcm.settings.handoff = .execute
        base.lcm.settings.handoffTarget = Array("/init".utf8)
        base.launch.nextInit = Self.nextInit([1])
        base.launch.identity.commandLine = Array("domb.exec=/init".utf8)
        let content = try isDifferentInEveryBank({ $0.launch.nextInit = Self.nextInit([2]) }, from: base)
        #expect(content)
        let path = try isDifferentInEveryBank({ $0.launch.nextInit?.path = Array("/unit".utf8) }, from: base)
        #expect(path)
    }

    @Test func everyByteOfEveryImageCounts() throws {
        var seed = SystemRandomNumberGenerator()
        let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &seed)
        var base = try TestPrediction()
        for index in base.kernels.indices { base.kernels[index] = [UInt8](repeating: UInt8(index), count: 40) }
        for index in base.lcm.domains.indices { base.lcm.domains[index].kernel.segments[0].byteCount = 40 }
        let old = try base.values()
        for domain in base.kernels.indices {
            for place in base.kernels[domain].indices {
                var other = base
                other.kernels[domain][place] ^= bit
                let new = try other.values()
                #expect(zip(old, new).allSatisfy { $0 != $1 }, "bit \(bit) of byte \(place), kernel \(domain)")
            }
        }
        for place in base.modules[2][0].indices {
            var other = base
            other.modules[2][0][place] ^= bit
            let new = try other.values()
            #expect(zip(old, new).allSatisfy { $0 != $1 }, "bit \(bit) of byte \(place) of the ramdisk")
        }
    }

    @Test func swappedImagesCount() throws {
        let swapped = try isDifferentInEveryBank { $0.kernels.swapAt(0, 1) }
        #expect(swapped)
        let longer = try isDifferentInEveryBank { $0.modules[2][0].append(0) }
        #expect(longer)
    }

    /// The PCR of a dynamic launch takes its extends from locality 2 and begins with zeros.
    @Test func dynamicPCRsArePredictedToo() throws {
        var prediction = try TestPrediction()
        for pcr in [17, 13] as [UInt8] {
            prediction.launch.identity.commandLine = Array("domb.pcr=\(pcr)".utf8)
            let log = try prediction.predicted().log
            // Behind record 0, whose data's length is at byte 28: the PCR of the first measurement.
            let first = 32 + Int(log[28])
            #expect(log[first] == pcr)
        }
    }

    /// In PID 1's words: what is predicted is what it does.
    @Test func anLCMOfAnotherPCRIsRefusedHereToo() throws {
        var prediction = try TestPrediction()
        let twelve = try #require(PCRIndex(rawValue: 12))
        prediction.lcm.settings.pcr = twelve
        let refusal = LaunchFailure(.plan, .refusal(.refused(.otherPCR)))
        #expect(throws: refusal) { try prediction.predicted() }
        prediction.launch.identity.commandLine = Array("domb.pcr=12".utf8)
        #expect(throws: Never.self) { try prediction.predicted() }
    }

    @Test func refusalOfTheRealPlanIsTheRefusalHere() throws {
        var prediction = try TestPrediction()
        prediction.lcm.settings.handoff = .shutdown
        let cause = LaunchFailure(.plan, .refusal(.refused(.shutdownOfHardwareDomain)))
        #expect(throws: cause) { try prediction.predicted() }
        prediction.lcm.domains[0].roles = .hardware
        #expect(throws: Never.self) { try prediction.predicted() }
        prediction.launch.identity.commandLine = Array("domb.tpm=maybe".utf8)
        #expect(throws: LaunchFailure(.prepare, .argument(prediction.launch.identity.commandLine))) {
            try prediction.predicted()
        }
    }
}

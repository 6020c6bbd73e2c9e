// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// The launch's own settings, each alone, in every format.
@Suite struct LaunchSettingFormatTests {
    private static func settings(_ change: (inout LaunchSettings) -> Void) -> LaunchSettings {
        var settings = LaunchSettings(handoff: .park)
        change(&settings)
        return settings
    }

    private static let every: [LaunchSettings] =
        [settings { _ in }, settings { $0.handoff = .shutdown }, settings { $0.pcr = PCRIndex(rawValue: 14) }]
        + [TPMPolicy.require, .warn, .off].map { policy in settings { $0.tpmPolicy = policy } }
        + [Coverage.images, .all].map { coverage in settings { $0.coverage = coverage } }
        + [BuilderKind.toolstack, .hypervisor].map { builder in settings { $0.builder = builder } } + [
            settings {
                $0.handoff = .execute
                $0.handoffTarget = Array("/sbin/init".utf8)
            }, settings { $0.xenstored = SwiftCryptoHash.digest(.sha256, of: [1]) },
            settings { $0.cpupools = TestLaunchFiles.cpupools },
        ]

    @Test(arguments: every.indices) func everyLaunchSettingIsTheSameInEveryFormat(index: Int) throws {
        let kernel = ImageReference(moduleIndex: 3, segments: [Segment(address: 0x10_0000, byteCount: 8)])
        let domain = DomainDescription(
            domid: try #require(DomainID(rawValue: 1)), name: Array("a".utf8), memory: 8192, kernel: kernel)
        let lcm = LCM(domains: [domain], settings: Self.every[index])
        let launch = Launch(lcm: lcm, bootDomain: BootDomain(kernelIndex: 1, ramdiskIndex: 2))
        for format in LaunchFormat.allCases {
            let bytes = try launch.written(as: format, from: "l")
            switch format {
            case .dtb, .xlcm: #expect(try Launch(compiled: bytes, "l") == launch, "\(format)")
            case .yaml:
                let description = try LaunchDescription(parsing: bytes, from: "l.yaml")
                var folder = ImageFolder(root: nil, besides: "l.yaml")
                // It adds to the boot domain's command line what DomB asks for there.
                #expect(try description.launch(try description.modules(), &folder).lcm == lcm, "\(format)")
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

@testable import domb

/// The launch of three domains, the second of which is given one of everything.
extension TestLaunchFiles {
    static let extendedDescription = description.replacing(
        "    depends_on: broker\n", with: "    depends_on: broker\n" + descriptionLines
    ).replacing("  handoff: exec\n", with: "  handoff: exec\n" + cpupoolLines)
    static let extendedSource = source.replacing(
        "domb,depends-on = <&broker>;", with: "domb,depends-on = <&broker>;" + sourceProperties
    ).replacing("domb,pcr = <12>;", with: "domb,pcr = <12>; domb,cpupools = \"rt:rtds:8-9\";")

    private static let cpupoolLines = """
          cpupools:
            - {name: rt, scheduler: rtds, cpus: 8-9}

        """

    private static let descriptionLines = """
            cpupool: rt
            rtds_period: 10000
            rtds_budget: 4000
            node_affinity: "0-1,3"
            ioports: [0x3f8+8, 0x2f80+0x10]
            iomem: 0xd0000+16@0xe0000
            irqs: [4, 9]
            tsc_mode: never-emulate
            event_channels: [1:broker, 3:Domain-0]
            cpuid_clear: [avx512f, rtm]
            hvm_params: timer-mode:2,x87-pointer-width:8
            label: system_u:system_r:domU_t
            pci: [0000:03:00.0, 0000:03:1f.7]

        """

    private static let sourceProperties = """
        domb,cpupool = "rt";
        domb,rtds-period = <10000>; domb,rtds-budget = <4000>; domb,node-affinity = "0-1,3";
        domb,ioports = <0x3f8 8 0x2f80 16>; domb,iomem = /bits/ 64 <0xd0000 16 0xe0000>;
        domb,event-channels = "1:broker", "3:Domain-0"; domb,cpuid-clear = "avx512f", "rtm"; domb,irqs = <4 9>; domb,tsc-mode = "never-emulate"; domb,hvm-params = /bits/ 64 <10 2 36 8>;
        domb,label = "system_u:system_r:domU_t"; domb,pci = "0000:03:00.0", "0000:03:1f.7";
        """

    static func extendedModule() throws -> LaunchControlModule {
        var module = try module()
        module.domains[1].extended = try extended()
        module.settings.cpupools = cpupools
        return module
    }

    static let cpupools = [
        CPUPoolDescription(name: Array("rt".utf8), scheduler: .rtds, cpus: CPUSet(words: [0x300]))
    ]

    /// One of everything: what the three texts say.
    static func extended() throws -> ExtendedConfiguration {
        var extended = ExtendedConfiguration()
        extended.cpupool = Array("rt".utf8)
        extended.rtds = RTDSParameters(period: 10000, budget: 4000)
        extended.nodeAffinity = CPUSet(words: [0b1011])
        extended.ports = [
            try #require(IOPortRange(first: 0x3F8, count: 8)), try #require(IOPortRange(first: 0x2F80, count: 16)),
        ]
        extended.memory = [try #require(IOMemoryRange(host: 0xD0000, count: 16, guest: 0xE0000))]
        extended.interrupts = [4, 9]
        extended.tscMode = .neverEmulate
        extended.parameters = [try #require(HVMSetting(.timerMode, 2)), try #require(HVMSetting(.x87PointerWidth, 8))]
        extended.channels = [(1, "broker"), (3, "Domain-0")].map {
            EventChannel(port: $0.0, remote: Backend(name: Array($0.1.utf8)))
        }
        extended.clearedFeatures = [.avx512f, .rtm]
        extended.label = Array("system_u:system_r:domU_t".utf8)
        extended.devices = [PCIAddress(rawValue: 0x300), PCIAddress(rawValue: 0x3FF)]
        return extended
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import TestSupport
import Testing

@testable import domb

/// The launch of three domains, the second of which is given one of everything.
extension TestLaunchFiles {
    static let extendedDescription = description.replacing(
        "    depends_on: broker\n", with: "    depends_on: broker\n" + descriptionLines
    ).replacing("  handoff: exec\n", with: "  handoff: exec\n  xenstored: \(xenstored)\n" + cpupoolLines)
    static let extendedSource = source.replacing(
        "domb,depends-on = <&broker>;", with: "domb,depends-on = <&broker>;" + sourceProperties
    ).replacing(
        "domb,pcr = <12>;", with: "domb,pcr = <12>; domb,cpupools = \"rt:rtds:8-9\"; domb,xenstored = [\(xenstored)];")

    private static let xenstored = "03058f5ac6ccba1f5a6f5d3e4d5b7f6b9c0a1b2c3d4e5f60718293a4b5c6d7e8"

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
            enhanced: enabled
            console: Domain-0
            disks:
              - vdev=xvda,target=/dev/vg/root,access=rw
              - vdev=xvdb2,target=data.img,access=ro,backend=Domain-0,physical-device=fd:2
            vifs: "mac=00:16:3e:00:00:01,bridge=xenbr0"

        """

    private static let sourceProperties = """
        domb,cpupool = "rt";
        domb,rtds-period = <10000>; domb,rtds-budget = <4000>; domb,node-affinity = "0-1,3";
        domb,ioports = <0x3f8 8 0x2f80 16>; domb,iomem = /bits/ 64 <0xd0000 16 0xe0000>;
        domb,event-channels = "1:broker", "3:Domain-0"; domb,cpuid-clear = "avx512f", "rtm"; domb,irqs = <4 9>; domb,tsc-mode = "never-emulate"; domb,hvm-params = /bits/ 64 <10 2 36 8>;
        domb,label = "system_u:system_r:domU_t"; domb,pci = "0000:03:00.0", "0000:03:1f.7";
        xen,enhanced; domb,console = "Domain-0"; domb,vifs = "mac=00:16:3e:00:00:01,bridge=xenbr0,backend=Domain-0";
        domb,disks = "vdev=xvda,target=/dev/vg/root", "target=data.img,vdev=xvdb2,access=ro,physical-device=fd:2";
        """

    static func extendedModule() throws -> LCM {
        var lcm = try lcm()
        lcm.domains[1].settings = try extended()
        lcm.settings.cpupools = cpupools
        lcm.settings.xenstored = Digest(.sha256, bytes: try #require(Hexadecimal.bytes(Array(xenstored.utf8))))
        return lcm
    }

    static let cpupools = [
        CPUPoolDescription(name: Array("rt".utf8), scheduler: .rtds, cpus: CPUSet(words: [0x300]))
    ]

    /// One of everything: what the three texts say.
    static func extended() throws -> [Setting] {
        var extended = [Setting]()
        extended.cpupool = Array("rt".utf8)
        extended.periodAndBudget = RTDSParameters(period: 10000, budget: 4000)
        extended.nodeAffinity = CPUSet(words: [0b1011])
        extended.ioports = [
            try #require(IOPortRange(first: 0x3F8, count: 8)), try #require(IOPortRange(first: 0x2F80, count: 16)),
        ]
        extended.iomem = [try #require(IOMemoryRange(host: 0xD0000, count: 16, guest: 0xE0000))]
        extended.irqs = [4, 9]
        extended.tscMode = .neverEmulate
        extended.hvmParams = [try #require(HVMSetting(.timerMode, 2)), try #require(HVMSetting(.x87PointerWidth, 8))]
        extended.eventChannels = [(1, "broker"), (3, "Domain-0")].map {
            EventChannel(port: $0.0, remote: Backend(name: Array($0.1.utf8)))
        }
        extended.cpuidClear = [.avx512f, .rtm]
        extended.label = Array("system_u:system_r:domU_t".utf8)
        extended.pci = [PCIAddress(rawValue: 0x300), PCIAddress(rawValue: 0x3FF)]
        extended.enhanced = true
        extended.console = Backend(name: [])
        extended.disks = [
            try #require(
                VirtualDisk(text: Array("vdev=xvda,target=/dev/vg/root,access=rw,backend=Domain-0".utf8)[...])),
            try #require(
                VirtualDisk(text: Array("vdev=xvdb2,target=data.img,access=ro,physical-device=fd:2".utf8)[...])),
        ]
        extended.vifs = [
            try #require(VirtualInterface(text: Array("mac=00:16:3e:00:00:01,bridge=xenbr0".utf8)[...]))
        ]
        return extended
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// One launch as a YAML description and as a .dts, with the images that both name.
enum TestLaunchFiles {
    static let description = """
        launch:
          pcr: 12
          tpm: warn
          coverage: images
          handoff: exec
          handoff_target: /sbin/init
        boot_domain:
          kernel: boot.elf
          initramfs: boot.cpio
          cmdline: console=hvc0 "quoted" back\\slash
          memory: 256M
        domains:
          - name: broker
            uuid: 7d444840-9dc0-11d1-b245-5ffdce74fa02
            roles: [hardware, xenstore, console]
            memory: 8M
            mem_max: 16M
            vcpus: 2
            weight: 512
            cap: 50
            affinity:
              - vcpu: 1
                hard: "0-3,5"
                soft: "2"
              - {vcpu: 0, soft: 7}
            kernel: tiny.elf
            cmdline: 'broker say="a \\ b"'
          - name: app
            memory: 1G
            mode: pvh
            depends_on: broker
            kernel: {path: app.elf, digest: none}
            ramdisk: ramdisk.app
          - name: spare
            roles: [control]
            memory: 4096K
            depends_on: [app, broker, app]
            kernel: tiny.elf
        """

    /// For domb-construct, which gives no such roles.
    static let constructed =
        "builder: construct\n"
        + description.replacing("    roles: [hardware, xenstore, console]\n", with: "")
        .replacing("    roles: [control]\n", with: "")

    static let source = """
        /dts-v1/;
        / { chosen { hypervisor {
            compatible = "hypervisor,xen";
            domb,pcr = <12>; domb,tpm = "warn"; domb,coverage = "images";
            domb,handoff = "exec"; domb,handoff-target = "/sbin/init";
            boot-domain {
                compatible = "xen,domain"; domid = <0x7ff5>; functions = <1>; memory = <0 262144>;
                kernel { compatible = "module,kernel"; module-index = <1>;
                    bootargs = "console=hvc0 \\"quoted\\" back\\\\slash domb.pcr=12 domb.exec=/sbin/init"; };
                ramdisk { compatible = "module,ramdisk"; module-index = <2>; };
            };
            broker: broker {
                compatible = "xen,domain"; domain-uuid = [7d4448409dc011d1b2455ffdce74fa02];
                permissions = <2>; functions = <0x40000004>; cpus = <2>; memory = "8M"; mem-max = <0 16384>;
                domb,weight = <512>; domb,cap = <50>;
                vcpu1 { compatible = "xen,vcpu"; id = <1>; hard-affinity = "0-3,5"; domb,soft-affinity = "2"; };
                vcpu0 { compatible = "xen,vcpu"; id = <0>; domb,soft-affinity = "7"; };
                kernel { compatible = "module,kernel"; module-index = <3>;
                    bootargs = "broker say=\\"a \\\\ b\\""; };
            };
            app: app {
                compatible = "xen,domain"; memory = <0 0x100000>; domb,depends-on = <&broker>;
                kernel { compatible = "module,kernel"; module-index = <4>;
                    domb,load = /bits/ 64 <0x200000 3>; };
                ramdisk { compatible = "module,ramdisk"; module-index = <5>; };
            };
            spare {
                compatible = "xen,domain"; permissions = <1>; memory = <4096>; domb,depends-on = <&app &broker>;
                kernel { compatible = "module,kernel"; module-index = <3>; };
            };
        }; }; };
        """

    static let tiny = TestELF(programs: [
        TestELF.Program(address: 0x10_0000, content: [1, 2, 3, 4], memorySize: 0x20),
        TestELF.Program(address: 0x20_0000, content: [5]), TestELF.note(entry: 0x10_0000),
    ]).bytes
    static let app = TestELF(programs: [
        TestELF.Program(address: 0x20_0000, content: [7, 8, 9]), TestELF.note(entry: 0x20_0000),
    ]).bytes

    static func writeImages(to sandbox: Sandbox) throws {
        try sandbox.write(tiny, to: "tiny.elf")
        try sandbox.write(app, to: "app.elf")
        try sandbox.write("ramdisk", to: "ramdisk.app")
    }

    /// The boot domain's initramfs of `constructed`, with one more file.
    static func initramfs(_ other: String = "other") -> [UInt8] {
        TestArchive([
            ("init", Array("domb-construct".utf8)), ("sbin/init", Array("next".utf8)), ("images/1", tiny),
            ("images/2", app), ("images/3", Array("ramdisk".utf8)), (other, []),
        ]).bytes
    }

    /// What all of them mean.
    static func lcm() throws -> LCM {
        let loaded = [1, 2, 3, 4] + [UInt8](repeating: 0, count: 28) + [5]
        let segments = [Segment(address: 0x10_0000, byteCount: 0x20), Segment(address: 0x20_0000, byteCount: 1)]
        let tiny = ImageReference(
            moduleIndex: 3, segments: segments, expectedDigest: SwiftCryptoHash.digest(.sha256, of: loaded))
        let broker = DomainDescription(
            domid: try #require(DomainID(rawValue: 1)), name: Array("broker".utf8),
            handle: DomainHandle(high: 0x7d44_4840_9dc0_11d1, low: 0xb245_5ffd_ce74_fa02),
            roles: [.hardware, .xenstore, .console], memory: 8192, maxMemory: 16384, vcpus: 2,
            affinities: [
                VCPUAffinity(vcpu: 0, hard: nil, soft: CPUSet(words: [0x80])),
                VCPUAffinity(vcpu: 1, hard: CPUSet(words: [0x2F]), soft: CPUSet(words: [4])),
            ], settings: [.weight(512), .cap(50)], kernel: tiny, commandLine: Array("broker say=\"a \\ b\"".utf8))
        let app = DomainDescription(
            domid: try #require(DomainID(rawValue: 2)), name: Array("app".utf8), memory: 1 << 20,
            kernel: ImageReference(moduleIndex: 4, segments: [Segment(address: 0x20_0000, byteCount: 3)]),
            ramdisk: ImageReference(
                moduleIndex: 5, expectedDigest: SwiftCryptoHash.digest(.sha256, of: Array("ramdisk".utf8)), byteCount: 7
            ),
            dependencies: [0])
        let spare = DomainDescription(
            domid: try #require(DomainID(rawValue: 3)), name: Array("spare".utf8), roles: .control, memory: 4096,
            kernel: tiny, dependencies: [1, 0])
        return LCM(
            domains: [broker, app, spare],
            settings: LaunchSettings(
                pcr: try #require(PCRIndex(rawValue: 12)), tpmPolicy: .warn, coverage: .images, handoff: .execute,
                handoffTarget: Array("/sbin/init".utf8)))
    }
}

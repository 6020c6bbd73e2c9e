// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

/// Module nodes: kernels and ramdisks.
@Suite struct ModuleTests {
    private func domain(_ change: (inout TestNode) -> Void) throws -> DomainDescription {
        var broker = TestLaunch.broker
        change(&broker)
        return try #require(try TestLaunch.parse(TestLaunch.launch(broker)).domains.first)
    }

    private func ramdisk(_ change: (inout TestNode) -> Void = { _ in }) -> TestNode {
        var node = TestNode("ramdisk", [("compatible", string("module,ramdisk"))])
        change(&node)
        return node
    }

    @Test(arguments: ["module-index", "mb-index"]) func indexOfEitherNameIsRead(_ name: String) throws {
        let kernel = try domain {
            $0["kernel"].remove("module-index")
            $0["kernel"].set(name, cells(7))
        }.kernel
        #expect(kernel.moduleIndex == 7)
    }

    @Test func moduleWithoutAnIndexIsLocatedByOthers() throws {
        #expect(try domain { $0["kernel"].remove("module-index") }.kernel.moduleIndex == nil)
    }

    @Test(arguments: ["module,", "multiboot,"]) func modulesOfBothDialectsAreRead(_ prefix: String) throws {
        let domain = try domain {
            $0["kernel"].set("compatible", string(prefix + "kernel") + string("multiboot,module"))
            $0.children.append(ramdisk { $0.set("compatible", string(prefix + "ramdisk")) })
        }
        #expect(domain.ramdisk != nil)
    }

    @Test func segmentsMayTouch() throws {
        let segments = try domain { $0["kernel"].set("domb,load", longs(0, 0x1000, 0x1000, 1, 0x2000, 5)) }.kernel
            .segments
        #expect(
            segments == [
                Segment(address: 0, byteCount: 0x1000), Segment(address: 0x1000, byteCount: 1),
                Segment(address: 0x2000, byteCount: 5),
            ])
    }

    @Test func kernelMayHave64Segments() throws {
        func load(_ count: Int) -> [UInt8] { (0..<UInt64(count)).flatMap { longs($0 * 16, 16) } }
        #expect(try domain { $0["kernel"].set("domb,load", load(Limits.segments)) }.kernel.segments.count == 64)
        var broker = TestLaunch.broker
        broker["kernel"].set("domb,load", load(Limits.segments + 1))
        #expect(refusal(of: TestLaunch.launch(broker))?.code == .limitExceeded)
    }

    @Test func segmentMayEndAtTheLastAddress() throws {
        let last = Limits.memory << 10
        #expect(try domain { $0["kernel"].set("domb,load", longs(last - 1, 1)) }.kernel.segments.count == 1)
    }

    @Test func commandLineMayHave2048Bytes() throws {
        let longest = String(repeating: "c", count: Limits.commandLineBytes)
        #expect(try domain { $0["kernel"].set("bootargs", string(longest)) }.commandLine == bytes(longest))
    }

    @Test func ramdiskHasItsSizeAndDigest() throws {
        let digest = [UInt8](repeating: 0xAB, count: 32)
        let found = try domain {
            $0.children.append(
                ramdisk {
                    $0.set("domb,size", longs(123))
                    $0.set("domb,digest", digest)
                })
        }.ramdisk
        #expect(
            found == ImageReference(moduleIndex: nil, expectedDigest: Digest(.sha256, bytes: digest), byteCount: 123))
    }

    private static func kernel(_ rule: String, _ code: ParseError.Code, _ name: String, _ value: [UInt8]) -> Refusal {
        Refusal(rule, code, at: "/broker/kernel:\(name)") { $0["broker"]["kernel"].set(name, value) }
    }

    static let refusals: [Refusal] = [
        kernel("a digest of 31 bytes", .badPropertyLength, "domb,digest", [UInt8](repeating: 1, count: 31)),
        kernel("a digest of 48 bytes", .badPropertyLength, "domb,digest", [UInt8](repeating: 1, count: 48)),
        kernel("no segments", .badPropertyLength, "domb,load", []),
        kernel("an address without a size", .badPropertyLength, "domb,load", longs(0)),
        kernel("segments of broken cells", .badPropertyLength, "domb,load", cells(0, 0, 1)),
        kernel("an empty segment", .overlappingSegments, "domb,load", longs(0x1000, 0)),
        kernel("segments that overlap", .overlappingSegments, "domb,load", longs(0, 0x1001, 0x1000, 1)),
        kernel("segments out of order", .overlappingSegments, "domb,load", longs(0x1000, 1, 0, 1)),
        kernel("a segment around the end", .overlappingSegments, "domb,load", longs(.max, 2)),
        kernel("a segment above all memory", .overlappingSegments, "domb,load", longs(Limits.memory << 10, 1)),
        kernel("a size for a kernel", .conflictingProperties, "domb,size", longs(1)),
        kernel("module 0, the LCM itself", .badPropertyValue, "module-index", cells(0)),
        kernel("a command line of 2049 bytes", .limitExceeded, "bootargs", [UInt8](repeating: 99, count: 2049) + [0]),
        kernel("a command line in two strings", .badPropertyValue, "bootargs", string("a") + string("b")),
        kernel("a misspelt property", .unknownDombProperty, "domb,diggest", []),
        Refusal("two indices that differ", .conflictingProperties, at: "/broker/kernel:mb-index") {
            $0["broker"]["kernel"].set("mb-index", cells(2))
        },
        Refusal("no kernel", .missingProperty, at: "/broker:kernel") { $0["broker"].children = [] },
        Refusal("two kernels", .duplicateModule, at: "/broker/second") {
            $0["broker"].children.append(TestNode("second", [("compatible", string("module,kernel"))]))
        },
        Refusal("two ramdisks", .duplicateModule, at: "/broker/r2") {
            for name in ["r1", "r2"] {
                $0["broker"].children.append(TestNode(name, [("compatible", string("module,ramdisk"))]))
            }
        },
        Refusal("a module of unknown kind", .unknownModuleKind, at: "/broker/rd") {
            $0["broker"].children.append(TestNode("rd", [("compatible", string("module,ramdsik"))]))
        },
        Refusal("a node that says nothing", .unknownModuleKind, at: "/broker/odd") {
            $0["broker"].children.append(TestNode("odd"))
        },
        Refusal("segments for a ramdisk", .conflictingProperties, at: "/broker/ramdisk:domb,load") {
            $0["broker"].children.append(
                TestNode("ramdisk", [("compatible", string("module,ramdisk")), ("domb,load", longs(0, 1))]))
        },
        Refusal("two sizes", .badPropertyLength, at: "/broker/ramdisk:domb,size") {
            $0["broker"].children.append(
                TestNode("ramdisk", [("compatible", string("module,ramdisk")), ("domb,size", longs(1, 2))]))
        },
    ]

    @Test(arguments: refusals) func wrongModulesAreRefused(_ wrong: Refusal) throws {
        let refused = try #require(refusal(of: wrong.launch))
        #expect(refused.code == wrong.code)
        #expect(refused.placeText == "/chosen/hypervisor" + wrong.place)
    }

    /// Labels that dtc made numbers of mean nothing to a launch.
    @Test(arguments: ["phandle", "linux,phandle"]) func aModulesPhandleIsNoUnknownProperty(_ name: String) throws {
        var broker = TestLaunch.broker
        broker["kernel"].set(name, cells(99))
        #expect(try TestLaunch.parse(TestLaunch.launch(broker)).unknownProperties == [])
        broker["kernel"].set("x\(name)", cells(99))
        #expect(try TestLaunch.parse(TestLaunch.launch(broker)).unknownProperties.count == 1)
    }
}

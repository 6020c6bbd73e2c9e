// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Testing

/// Domain nodes that are refused. The change is made to the first of two domains, `broker`.
@Suite struct DomainRefusalTests {
    private static func broker(
        _ rule: String, _ code: ParseError.Code, _ name: String, _ value: [UInt8], at place: String? = nil
    ) -> Refusal {
        Refusal(rule, code, at: place ?? "/broker:\(name)") { $0["broker"].set(name, value) }
    }

    static let properties: [Refusal] = [
        broker("the first reserved domid", .badDomid, "domid", cells(0x7FF0)),
        broker("a domid that fits no 16 bits", .badDomid, "domid", cells(0x1_0002)),
        broker("a domid of two cells", .badPropertyLength, "domid", cells(0, 2)),
        broker("phandle 0", .badPhandle, "phandle", cells(0)),
        broker("phandle 0xffffffff", .badPhandle, "phandle", cells(.max)),
        broker("a uuid of 15 bytes", .badPropertyLength, "domain-uuid", [UInt8](repeating: 1, count: 15)),
        broker("a uuid of 17 bytes", .badPropertyLength, "domain-uuid", [UInt8](repeating: 1, count: 17)),
        broker("a permission that nobody knows", .reservedBits, "permissions", cells(4)),
        broker("a function that nobody knows", .reservedBits, "functions", cells(16)),
        broker("the highest function beside a known one", .reservedBits, "functions", cells(0x2000_0004)),
        broker("a capability that nobody knows", .reservedBits, "capabilities", cells(8)),
        broker("a domain that the hypervisor would start", .startsByItself, "mode", cells(8)),
        broker("a mode that nobody knows", .reservedBits, "mode", cells(16)),
        broker("PV with a device model", .conflictingProperties, "mode", cells(3)),
        broker("PV with a device model, long", .conflictingProperties, "mode", cells(7)),
        broker("no vcpu", .limitExceeded, "cpus", cells(0)),
        broker("513 vcpus", .limitExceeded, "cpus", cells(Limits.vcpus + 1)),
        broker("no memory", .missingProperty, "memory", longs(0)),
        broker("more than 16 TiB", .limitExceeded, "memory", longs(Limits.memory + 1)),
        broker("memory of three cells", .badPropertyValue, "memory", cells(0, 0, 1)),
        broker("memory in words", .badPropertyValue, "memory", string("plenty")),
        broker("memory with a fraction of a KiB", .badPropertyValue, "memory", string("12345")),
        broker("memory beyond all numbers", .badPropertyValue, "memory", string("999999999999999999G")),
        broker("less at most than at first", .conflictingProperties, "mem-max", longs(8191)),
        broker("at most more than 16 TiB", .limitExceeded, "mem-max", longs(Limits.memory + 1), at: "/broker:memory"),
        broker("weight 0", .badPropertyValue, "domb,weight", cells(0)),
        broker("weight 65536", .badPropertyValue, "domb,weight", cells(65536)),
        broker("cap 65536", .badPropertyValue, "domb,cap", cells(65536)),
        broker("dependencies of broken cells", .badPropertyLength, "domb,depends-on", [0, 0, 1]),
        broker("a misspelt property", .unknownDombProperty, "domb,wieght", cells(512)),
        Refusal("memory left out", .missingProperty, at: "/broker:memory") { $0["broker"].remove("memory") },
    ]

    static let identities: [Refusal] = [
        broker("a domid of another", .duplicateDomid, "domid", cells(3), at: "/sensor"),
        Refusal("a phandle of another", .duplicatePhandle, at: "/sensor") { $0["sensor"].set("phandle", cells(1)) },
        Refusal("two boot domains", .conflictingProperties, at: "/sensor:functions") {
            $0["broker"].set("functions", cells(1))
            $0["sensor"].set("functions", cells(1))
        },
        Refusal("no domain but the boot domain", .noDomains, at: "") {
            $0["broker"].set("functions", cells(1))
            $0.children.removeLast()
        },
    ]

    private static func vcpu(
        _ rule: String, _ code: ParseError.Code, _ place: String, _ change: @escaping @Sendable (inout TestNode) -> Void
    ) -> Refusal {
        Refusal(rule, code, at: "/broker/vcpu" + place) {
            var vcpu = TestNode("vcpu", [("compatible", string("xen,vcpu")), ("id", cells(0))])
            change(&vcpu)
            $0["broker"].children.append(vcpu)
        }
    }

    static let vcpus: [Refusal] = [
        vcpu("a vcpu without an id", .missingProperty, ":id") { $0.remove("id") },
        vcpu("a vcpu that the domain does not have", .limitExceeded, ":id") { $0.set("id", cells(1)) },
        vcpu("a misspelt property of a vcpu", .unknownDombProperty, ":domb,hard-affinity") {
            $0.set("domb,hard-affinity", string("0"))
        },
        vcpu("a cpu beyond the last", .badCPUList, ":hard-affinity") {
            $0.set("hard-affinity", string("\(Limits.cpus)"))
        },
        vcpu("a range that runs backwards", .badCPUList, ":domb,soft-affinity") {
            $0.set("domb,soft-affinity", string("3-2"))
        },
        Refusal("a vcpu twice", .duplicateName, at: "/broker/b:id") {
            $0["broker"].children.append(TestNode("a", [("compatible", string("xen,vcpu")), ("id", cells(0))]))
            $0["broker"].children.append(TestNode("b", [("compatible", string("xen,vcpu")), ("id", cells(0))]))
        },
    ]

    @Test(arguments: properties + identities + vcpus) func wrongDomainsAreRefused(_ wrong: Refusal) throws {
        let refused = try #require(refusal(of: wrong.launch))
        #expect(refused.code == wrong.code)
        #expect(refused.placeText == "/chosen/hypervisor" + wrong.place)
    }

    @Test(arguments: ["", ",", "0,", ",0", "-", "0-", "-0", "0-1-2", "a", "0 ", " 0", "+1", "0x1", "16384", "0-16384"])
    func whatIsNoCPUListIsRefused(_ list: String) {
        var broker = TestLaunch.broker
        broker.children.append(
            TestNode("v", [("compatible", string("xen,vcpu")), ("id", cells(0)), ("hard-affinity", string(list))]))
        #expect(refusal(of: TestLaunch.launch(broker))?.code == .badCPUList)
    }

    @Test(
        arguments: [
            ("0", [0]), ("16383", [16383]), ("0-2,5", [0, 1, 2, 5]), ("5,0-1,1", [0, 1, 5]), ("007", [7]),
        ] as [(String, [UInt32])]) func cpuListsAreRead(list: String, cpus: [UInt32]) throws
    {
        var broker = TestLaunch.broker
        broker.children.append(
            TestNode("v", [("compatible", string("xen,vcpu")), ("id", cells(0)), ("hard-affinity", string(list))]))
        let hard = try #require(try TestLaunch.parse(TestLaunch.launch(broker)).domains[0].affinities[0].hard)
        #expect((0..<Limits.cpus).filter { hard.contains($0) } == cpus)
    }
}

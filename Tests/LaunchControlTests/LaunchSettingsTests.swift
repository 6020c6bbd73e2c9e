// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Testing

/// The hypervisor node and its `domb,` properties.
@Suite struct LaunchSettingsTests {
    private func settings(_ name: String, _ value: [UInt8], handoff: String = "shutdown") throws -> LaunchSettings {
        var launch = TestLaunch.launch(TestLaunch.broker)
        launch.set("domb,handoff", string(handoff))
        launch.set(name, value)
        return try TestLaunch.parse(launch).settings
    }

    /// A word that is longer than any is no word to look for: both readers say so at the same length.
    @Test(arguments: ["domb,tpm", "domb,coverage", "domb,handoff", "domb,builder"]) func aWordHasThirtyTwoBytesAtMost(
        name: String
    ) {
        for (count, code) in [(32, ParseError.Code.badPropertyValue), (33, .limitExceeded)] {
            var launch = TestLaunch.launch(TestLaunch.broker)
            launch.set(name, string(String(repeating: "x", count: count)))
            #expect(refusal(of: launch)?.code == code, "\(count)")
        }
    }

    @Test func defaultsAreTheStrictest() throws {
        let settings = try TestLaunch.parse(TestLaunch.launch(TestLaunch.broker)).settings
        #expect(
            settings
                == LaunchSettings(
                    pcr: nil, tpmPolicy: .require, coverage: .all, handoff: .shutdown, handoffTarget: nil))
    }

    @Test(arguments: [UInt32(0), 11, 16, 23]) func pcrsUpTo23AreRead(_ index: UInt32) throws {
        #expect(try settings("domb,pcr", cells(index)).pcr == PCRIndex(rawValue: index))
    }

    @Test(arguments: [("require", TPMPolicy.require), ("warn", .warn), ("off", .off)])
    func tpmPoliciesAreRead(name: String, policy: TPMPolicy) throws {
        #expect(try settings("domb,tpm", string(name)).tpmPolicy == policy)
    }

    @Test(arguments: [("images", Coverage.images), ("all", .all)])
    func coveragesAreRead(name: String, coverage: Coverage) throws {
        #expect(try settings("domb,coverage", string(name)).coverage == coverage)
    }

    @Test(arguments: [("toolstack", BuilderKind.toolstack), ("hypervisor", .hypervisor)])
    func buildersAreRead(name: String, builder: BuilderKind) throws {
        #expect(try settings("domb,builder", string(name)).builder == builder)
    }

    @Test(arguments: [("shutdown", HandoffKind.shutdown), ("park", .park)])
    func handoffsAreRead(name: String, kind: HandoffKind) throws {
        #expect(try settings("domb,handoff", string(name)).handoff == kind)
    }

    @Test func execHandoffHasATarget() throws {
        let settings = try settings("domb,handoff-target", string("/init"), handoff: "exec")
        #expect(settings.handoff == .execute)
        #expect(settings.handoffTarget == bytes("/init"))
    }

    @Test func targetMayBeAsLongAsAPath() throws {
        let longest = "/" + String(repeating: "a", count: Limits.pathBytes - 1)
        #expect(try settings("domb,handoff-target", string(longest), handoff: "exec").handoffTarget == bytes(longest))
        var launch = TestLaunch.launch(TestLaunch.broker)
        launch.set("domb,handoff", string("exec"))
        launch.set("domb,handoff-target", string(longest + "a"))
        #expect(refusal(of: launch)?.code == .limitExceeded)
    }

    @Test func cpupoolsAreReadInTheirOrder() throws {
        let pools = try settings("domb,cpupools", string("b.1_-:rtds:2-3,7") + string("a:null:1")).cpupools
        #expect(pools.map { $0.name } == [bytes("b.1_-"), bytes("a")])
        #expect(pools.map { $0.scheduler } == [.rtds, .null])
        #expect(pools.map { $0.cpus } == [CPUSet(words: [0b1000_1100]), CPUSet(words: [2])])
        let most = (1...64).flatMap { string("p\($0):null:\($0)") }
        #expect(try settings("domb,cpupools", most).cpupools.count == 64)
    }

    static let refusals: [Refusal] = [
        Refusal("a PCR above 23", .badPropertyValue, at: ":domb,pcr") { $0.set("domb,pcr", cells(24)) },
        Refusal("a PCR of two cells", .badPropertyLength, at: ":domb,pcr") { $0.set("domb,pcr", cells(0, 11)) },
        Refusal("a PCR without a value", .badPropertyLength, at: ":domb,pcr") { $0.set("domb,pcr", []) },
        Refusal("an unknown TPM policy", .badPropertyValue, at: ":domb,tpm") { $0.set("domb,tpm", string("Require")) },
        Refusal("an empty TPM policy", .badPropertyValue, at: ":domb,tpm") { $0.set("domb,tpm", string("")) },
        Refusal("a TPM policy without its zero", .badPropertyValue, at: ":domb,tpm") {
            $0.set("domb,tpm", bytes("require"))
        },
        Refusal("two TPM policies", .badPropertyValue, at: ":domb,tpm") {
            $0.set("domb,tpm", string("off") + string("require"))
        },
        Refusal("a very long TPM policy", .limitExceeded, at: ":domb,tpm") {
            $0.set("domb,tpm", string(String(repeating: "x", count: 33)))
        },
        Refusal("an unknown coverage", .badPropertyValue, at: ":domb,coverage") {
            $0.set("domb,coverage", string("none"))
        },
        Refusal("an unknown handoff", .badPropertyValue, at: ":domb,handoff") {
            $0.set("domb,handoff", string("finalize"))
        },
        Refusal("exec without a target", .conflictingProperties, at: ":domb,handoff-target") {
            $0.set("domb,handoff", string("exec"))
        },
        Refusal("a target without exec", .conflictingProperties, at: ":domb,handoff-target") {
            $0.set("domb,handoff-target", string("/init"))
        },
        Refusal("a relative target", .badPropertyValue, at: ":domb,handoff-target") {
            $0.set("domb,handoff", string("exec"))
            $0.set("domb,handoff-target", string("init"))
        },
        Refusal("no cpupool", .badPropertyValue, at: ":domb,cpupools") { $0.set("domb,cpupools", string("")) },
        Refusal("a cpupool without its zero", .badPropertyValue, at: ":domb,cpupools") {
            $0.set("domb,cpupools", bytes("a:credit2:1"))
        },
        Refusal("a cpupool without cpus", .badPropertyValue, at: ":domb,cpupools") {
            $0.set("domb,cpupools", string("a:credit2"))
        },
        Refusal("a cpupool of an unknown scheduler", .badPropertyValue, at: ":domb,cpupools") {
            $0.set("domb,cpupools", string("a:credit2:1") + string("b:fifo:2"))
        },
        Refusal("a cpupool with a space in its name", .badPropertyValue, at: ":domb,cpupools") {
            $0.set("domb,cpupools", string("a b:credit2:1"))
        },
        Refusal("two cpupools of one name", .duplicateName, at: ":domb,cpupools") {
            $0.set("domb,cpupools", string("a:credit2:1") + string("a:null:2"))
        },
        Refusal("65 cpupools", .limitExceeded, at: ":domb,cpupools") {
            $0.set("domb,cpupools", (1...65).flatMap { string("p\($0):null:\($0)") })
        },
        Refusal("a misspelt property", .unknownDombProperty, at: ":domb,coverge") {
            $0.set("domb,coverge", string("all"))
        },
        Refusal("no domains", .noDomains, at: "") { $0.children = [] },
    ]

    @Test(arguments: refusals) func wrongSettingsAreRefused(_ wrong: Refusal) throws {
        let refused = try #require(refusal(of: wrong.launch))
        #expect(refused.code == wrong.code)
        #expect(refused.placeText == "/chosen/hypervisor" + wrong.place)
    }

    @Test func treeWithoutAHypervisorNodeIsRefused() {
        var launch = TestLaunch.launch(TestLaunch.broker)
        launch.set("compatible", string("hypervisor,kvm"))
        #expect(refusal(of: launch)?.code == .noHypervisorNode)
        #expect(refusal(of: DeviceTreeWriter().blob(TestNode("")))?.code == .noHypervisorNode)
    }

    @Test func hypervisorIsFoundByItsCompatibleNotItsName() throws {
        var launch = TestLaunch.launch(TestLaunch.broker)
        launch.name = "xen@0"
        launch.set("compatible", string("hypervisor,xen-4.20") + string("hypervisor,xen"))
        #expect(try TestLaunch.parse(launch).domains.count == 1)
    }

    @Test func twoHypervisorNodesAreRefused() {
        var second = TestLaunch.launch(TestLaunch.sensor)
        second.name = "second"
        let chosen = TestNode("chosen", children: [TestLaunch.launch(TestLaunch.broker), second])
        let refused = refusal(of: DeviceTreeWriter().blob(TestNode("", children: [chosen])))
        #expect(refused?.code == .twoHypervisorNodes)
        #expect(refused?.placeText == "/chosen/second")
    }

    @Test func twoChosenNodesAreRefused() {
        var root = TestLaunch.root(TestLaunch.launch(TestLaunch.broker))
        root.children.append(TestNode("chosen@1"))
        #expect(refusal(of: DeviceTreeWriter().blob(root))?.code == .duplicateName)
    }
}

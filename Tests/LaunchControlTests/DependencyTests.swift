// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Testing

/// `domb,depends-on`. Cycles are the plan's to refuse: it has the whole graph.
@Suite struct DependencyTests {
    @Test func dependenciesAreIndicesInLCMOrder() throws {
        let domains = try TestLaunch.parse(TestLaunch.launch(TestLaunch.sensor, TestLaunch.broker)).domains
        #expect(domains.map { $0.dependencies } == [[1], []])
    }

    @Test func dependencyNamedTwiceCountsOnce() throws {
        var sensor = TestLaunch.sensor
        sensor.set("domb,depends-on", cells(1, 1, 1))
        let domains = try TestLaunch.parse(TestLaunch.launch(TestLaunch.broker, sensor)).domains
        #expect(domains[1].dependencies == [0])
    }

    @Test func dependenciesKeepTheOrderOfTheProperty() throws {
        var sensor = TestLaunch.sensor
        sensor.set("domb,depends-on", cells(9, 1, 9))
        let domains = try TestLaunch.parse(
            TestLaunch.launch(TestLaunch.broker, sensor, TestLaunch.domain("third", phandle: 9))
        ).domains
        #expect(domains[1].dependencies == [2, 0])
    }

    @Test func emptyListIsNoDependency() throws {
        var sensor = TestLaunch.sensor
        sensor.set("domb,depends-on", [])
        #expect(try TestLaunch.parse(TestLaunch.launch(sensor)).domains[0].dependencies.isEmpty)
    }

    @Test func cyclesAreNotTheParsersToRefuse() throws {
        var broker = TestLaunch.broker
        var sensor = TestLaunch.sensor
        sensor.set("phandle", cells(2))
        broker.set("domb,depends-on", cells(2))
        let domains = try TestLaunch.parse(TestLaunch.launch(broker, sensor)).domains
        #expect(domains.map { $0.dependencies } == [[1], [0]])
    }

    static let refusals: [Refusal] = [
        Refusal("a phandle that nobody has", .unknownPhandle, at: "/sensor:domb,depends-on") {
            $0["sensor"].set("domb,depends-on", cells(1, 7))
        },
        Refusal("a phandle of a module", .unknownPhandle, at: "/sensor:domb,depends-on") {
            $0["broker"]["kernel"].set("phandle", cells(7))
            $0["sensor"].set("domb,depends-on", cells(7))
        },
        Refusal("the boot domain", .unknownPhandle, at: "/sensor:domb,depends-on") {
            $0["broker"].set("functions", cells(1))
        },
        Refusal("itself", .selfDependency, at: "/sensor:domb,depends-on") {
            $0["sensor"].set("phandle", cells(3))
            $0["sensor"].set("domb,depends-on", cells(1, 3))
        },
    ]

    @Test(arguments: refusals) func wrongDependenciesAreRefused(_ wrong: Refusal) throws {
        let refused = try #require(refusal(of: wrong.launch))
        #expect(refused.code == wrong.code)
        #expect(refused.placeText == "/chosen/hypervisor" + wrong.place)
    }

    @Test(.timeLimit(.minutes(1))) func hugeDependencyListsEnd() throws {
        // 900 domains, and one that names all of them 300 times over.
        var domains = (1...900).map { TestLaunch.domain("d\($0)", phandle: UInt32($0)) }
        var last = TestLaunch.domain("last")
        let all = (1...900).flatMap { cells(UInt32($0)) }
        last.set("domb,depends-on", (0..<300).flatMap { _ in all })
        domains.append(last)
        #expect(try TestLaunch.parse(TestLaunch.launch(domains)).domains[900].dependencies.count == 900)
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@Suite struct ProblemTests {
    @Test func allProblemsAreToldNotOnlyTheFirst() throws {
        var broker = TestLaunch.broker
        broker.set("domb,wieght", cells(1))
        broker.set("cpus", cells(0))
        var sensor = TestLaunch.sensor
        sensor.children[0].set("domb,digest", [1, 2, 3])
        sensor.set("domb,depends-on", cells(77))
        var launch = TestLaunch.launch(broker, sensor)
        launch.set("domb,tpm", string("requre"))
        let reading = LCM.read(TestLaunch.blob(launch), hashing: SwiftCryptoHash.self)
        #expect(
            reading.problems.map { $0.placeText } == [
                "/chosen/hypervisor/broker:domb,wieght", "/chosen/hypervisor/broker:cpus",
                "/chosen/hypervisor/sensor/kernel:domb,digest", "/chosen/hypervisor:domb,tpm",
                "/chosen/hypervisor/sensor:domb,depends-on",
            ])
        #expect(reading.lcm != nil)
    }

    /// Of a file that did not arrive as it was written nothing else is worth a word.
    @Test func aWrongChecksumIsTheOnlyProblem() {
        var writer = XLCMWriter()
        writer.add(XLCMWriter.Domain(mode: 9, vcpus: 0))
        var bytes = writer.bytes()
        let before = LCM.read(bytes, hashing: SwiftCryptoHash.self).problems
        #expect(!before.isEmpty)
        bytes[8] = 1
        let reading = LCM.read(bytes, hashing: SwiftCryptoHash.self)
        #expect(reading.problems.map(\.code) == [.badChecksum])
        #expect(reading.lcm == nil)
    }

    /// A module that is said to lie in three places has one problem, not two.
    @Test func aSecondPlaceIsToldOnce() {
        var sensor = TestLaunch.sensor
        sensor.children[0].set("module-index", cells(2))
        sensor.children[0].set("module-addr", cells(0, 0x10_0000, 0, 4096))
        sensor.children[0].set("reg", cells(0, 0x10_0000, 0, 4096))
        let problems = LCM.read(
            TestLaunch.blob(TestLaunch.launch(TestLaunch.broker, sensor)), hashing: SwiftCryptoHash.self
        ).problems
        #expect(problems.filter { $0.code == .conflictingProperties }.count == 1)
    }
}

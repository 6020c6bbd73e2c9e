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
        let reading = LaunchControlModule.read(TestLaunch.blob(launch), hashing: SwiftCryptoHash.self)
        #expect(
            reading.problems.map { $0.placeText } == [
                "/chosen/hypervisor/broker:domb,wieght", "/chosen/hypervisor/broker:cpus",
                "/chosen/hypervisor/sensor/kernel:domb,digest", "/chosen/hypervisor:domb,tpm",
                "/chosen/hypervisor/sensor:domb,depends-on",
            ])
        #expect(reading.module != nil)
    }
}

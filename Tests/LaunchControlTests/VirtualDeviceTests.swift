// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import TestSupport
import Testing

@testable import LaunchControl

/// `xen,enhanced`, `domb,console`, `domb,disks`, `domb,vifs` and `domb,xenstored`.
@Suite struct VirtualDeviceTests {
    private func disk(_ text: String) -> VirtualDisk? { VirtualDisk(text: bytes(text)[...]) }
    private func interface(_ text: String) -> VirtualInterface? { VirtualInterface(text: bytes(text)[...]) }

    @Test(arguments: [
        ("xvda", 51712), ("xvda1", 51713), ("xvda15", 51727), ("xvdb", 51728), ("xvdp", 51952), ("xvdp15", 51967),
    ])
    func disksHaveXensNumbers(name: String, number: UInt32) throws {
        #expect(try #require(disk("vdev=\(name),target=x")).number == number)
    }

    @Test func aDiskHasOneForm() throws {
        let found = try #require(disk("backend=store,target=/dev/ram0,physical-device=1:0,vdev=xvda"))
        #expect(
            found.text.bytes
                == bytes("vdev=xvda,target=/dev/ram0,access=rw,backend=store,physical-device=1:0"))
        #expect(VirtualDisk(text: found.text.bytes[...]) == found)
        #expect(try #require(disk("vdev=xvda,target=x,access=ro")).isReadOnly)
        let vif = try #require(interface("mac=00:16:3e:aa:bb:cc"))
        #expect(vif.text.bytes == bytes("mac=00:16:3e:aa:bb:cc,backend=Domain-0"))
        #expect(VirtualInterface(text: vif.text.bytes[...]) == vif)
    }

    @Test(arguments: [
        "", "vdev=xvda", "target=x", "vdev=xvdq,target=x", "vdev=xvda0,target=x", "vdev=xvda16,target=x",
        "vdev=xvda01,target=x", "vdev=hda,target=x", "vdev=xvd,target=x", "vdev=xvda,target=", "vdev=xvda,,target=x",
        "vdev=xvda,target=x,vdev=xvdb", "vdev=xvda,target=x,access=w", "vdev=xvda,target=x,cache=none",
        "vdev=xvda,target=a b", "vdev=xvda,target=a;b", "vdev=xvda,target=x,physical-device=1",
        "vdev=xvda,target=x,physical-device=1:", "vdev=xvda,target=x,physical-device=g:0",
        "vdev=xvda,target=x,physical-device=1:0:0", "vdev=xvda,target=x,physical-device=123456:0", "=xvda,target=x",
    ])
    func whatIsNoDiskIsRefused(text: String) { #expect(disk(text) == nil) }

    /// Linux has 12 bits for the one and 20 for the other.
    @Test func aDeviceIsTwoNumbersOfOneToFiveDigits() {
        for count in 1...6 {
            for device in ["\(String(repeating: "f", count: count)):0", "0:\(String(repeating: "f", count: count))"] {
                #expect((disk("vdev=xvda,target=x,physical-device=\(device)") != nil) == (count <= 5), "\(device)")
            }
        }
    }

    @Test(arguments: [
        "", "bridge=b", "mac=00:16:3e:00:00", "mac=00:16:3e:00:00:0", "mac=00:16:3e:00:00:0g", "mac=00-16-3e-00-00-01",
        "mac=00:16:3E:00:00:01", "mac=01:16:3e:00:00:01", "mac=00:16:3e:00:00:01,ip=1.2.3.4",
        "mac=00:16:3e:00:00:01,mac=00:16:3e:00:00:02",
    ])
    func whatIsNoInterfaceIsRefused(text: String) { #expect(interface(text) == nil) }

    private func parse(_ change: (inout TestNode) -> Void) throws -> LCM {
        var broker = TestLaunch.broker
        change(&broker)
        return try TestLaunch.parse(TestLaunch.launch(broker, TestLaunch.domain("storage")))
    }

    private func problem(_ change: (inout TestNode) -> Void) throws -> ParseError? {
        do {
            _ = try parse(change)
            return nil
        } catch let error as ParseError {
            return error
        }
    }

    @Test func everythingIsRead() throws {
        let extended = try #require(
            try parse {
                $0.set("xen,enhanced", string("enabled"))
                $0.set("domb,console", string("storage"))
                $0.set("domb,disks", string("vdev=xvda,target=a,backend=storage") + string("vdev=xvdb,target=b"))
                $0.set("domb,vifs", string("mac=00:16:3e:00:00:01,backend=storage"))
            }.domains.first
        ).settings
        #expect(extended.enhanced)
        #expect(extended.console == Backend(name: bytes("storage")))
        #expect(extended.disks.map { $0.number } == [51712, 51728])
        #expect(extended.disks.map { $0.backend.isBootDomain } == [false, true])
        #expect(extended.vifs.map { $0.mac } == [bytes("00:16:3e:00:00:01")])
    }

    @Test(arguments: [("enabled", true), ("disabled", false), ("no-xenstore", false)])
    func dom0lesssWordsAreRead(word: String, uses: Bool) throws {
        #expect(try parse { $0.set("xen,enhanced", string(word)) }.domains.first?.settings.enhanced == uses)
    }

    @Test func wrongDevicesAreToldOnTheirProperty() throws {
        func expect(_ code: ParseError.Code, _ name: String, _ value: [UInt8], _ place: String) throws {
            let error = try problem {
                $0.set("xen,enhanced", [])
                $0.set(name, value)
            }
            #expect(error?.code == code, "\(name)")
            #expect(error.map { String(decoding: $0.place, as: UTF8.self).hasSuffix(place) } == true, "\(name)")
        }
        try expect(.badPropertyValue, "xen,enhanced", string("yes"), "broker:xen,enhanced")
        try expect(.badPropertyValue, "domb,disks", string("vdev=xvda"), "broker:domb,disks")
        try expect(
            .notAscending, "domb,disks", string("vdev=xvdb,target=x") + string("vdev=xvda,target=x"), ":domb,disks")
        try expect(
            .notAscending, "domb,disks", string("vdev=xvda,target=x") + string("vdev=xvda,target=y"), ":domb,disks")
        try expect(.unknownBackend, "domb,console", string("nobody"), "broker")
        try expect(.unknownBackend, "domb,vifs", string("mac=00:16:3e:00:00:01,backend=nobody"), "broker")
        try expect(.selfDependency, "domb,disks", string("vdev=xvda,target=x,backend=broker"), "broker")
        try expect(
            .limitExceeded, "domb,vifs",
            (0...Limits.ranges).flatMap { _ in string("mac=00:16:3e:00:00:01") }, ":domb,vifs")
    }

    @Test func devicesNeedXenstore() throws {
        for (name, value) in [
            ("domb,console", "storage"), ("domb,disks", "vdev=xvda,target=x"), ("domb,vifs", "mac=00:16:3e:00:00:01"),
        ] {
            #expect(try problem { $0.set(name, string(value)) }?.code == .conflictingProperties, "\(name)")
        }
    }
}

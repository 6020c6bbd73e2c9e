// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

/// Numbers of Xen's public headers, as they stand there: the simulation takes ours, so no launch on it tells a wrong one.
@Suite struct XenNumberTests {
    /// SHUTDOWN_* of xen/public/sched.h.
    @Test func shutdownReasonsAreThoseOfSched() {
        #expect(ShutdownReason.powerOff.rawValue == 0)
        let names = ["poweroff", "reboot", "suspend", "crash", "watchdog", "soft reset", "unknown reason"]
        for (number, name) in names.enumerated() {
            #expect(ShutdownReason(rawValue: UInt8(number)).name.description == name)
        }
        #expect(ShutdownReason(rawValue: .max).name.description == "unknown reason")
    }

    /// XEN_CPUID_TSC_MODE_* of xen/public/arch-x86/cpuid.h.
    @Test func timeStampModesAreThoseOfCPUID() {
        #expect(TSCMode.allCases.map { $0.rawValue } == [0, 1, 2])
        #expect(TSCMode.allCases.map { $0.name.description } == ["default", "always-emulate", "never-emulate"])
    }
}

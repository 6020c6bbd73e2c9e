// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

/// The releases of Xen, by what Xen says of itself.
@Suite struct XenReleaseTests {
    private func release(_ version: String) -> XenRelease? { XenRelease(version: Array(version.utf8)) }

    @Test func aReleaseIsKnownByItsFirstTwoNumbers() {
        #expect(release("4.17.7") == .xen417)
        #expect(release("4.20.5-pre") == .xen420)
        #expect(release("4.20") == .xen420)
        #expect(release("4.22.0-rc2") == .xen422)
        for known in XenRelease.allCases { #expect(XenRelease(version: known.name.bytes) == known) }
    }

    /// A development tree goes by the number of the release to come, and may have any structures.
    @Test(
        arguments: [
            "", "4", "4.", "4.2", "4.16.1", "4.23.0", "4.23-unstable", "4.21-unstable", "4.21-rc", "4.200", "4.220.1",
            "5.20.1",
            "14.20.1", " 4.20.1", "04.20.1", "4.20-",
        ]) func whatIsNoKnownReleaseIsNone(_ version: String)
    {
        #expect(release(version) == nil)
    }

    /// Xen's public headers: XEN_DOMCTL_INTERFACE_VERSION, XEN_SYSCTL_INTERFACE_VERSION (docs/xen-versions.md).
    @Test func numbersAreThoseOfTheReleasesHeaders() {
        #expect(XenRelease.allCases.map { $0.domctl } == [0x15, 0x16, 0x17, 0x17, 0x17, 0x18])
        #expect(XenRelease.allCases.map { $0.sysctl } == [0x15, 0x15, 0x15, 0x15, 0x16, 0x16])
    }

    @Test func habitsBeginWithTheirRelease() {
        #expect(XenRelease.allCases.filter { $0.marksConsole } == [.xen421, .xen422])
        #expect(XenRelease.allCases.filter { $0.initialisesFPU } == [.xen422])
        #expect(XenRelease.allCases == XenRelease.allCases.sorted())
    }
}

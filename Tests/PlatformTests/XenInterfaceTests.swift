// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

/// Which program may speak to which Xen.
@Suite struct XenInterfaceTests {
    private func xen(_ minor: UInt32, _ domctl: UInt32, _ sysctl: UInt32, major: UInt32 = 4) -> XenInterface {
        XenInterface(version: major << 16 | minor, domctl: domctl, sysctl: sysctl)
    }

    private func xen(_ release: XenRelease) -> XenInterface { XenInterface(release) }

    /// The closed table: releases whose headers rig/tests/test_layouts.py compares.
    @Test func onlyReleasesWithComparedLayoutsServeEachOther() {
        let compared: [XenRelease] = [.xen419, .xen420, .xen421, .xen422]
        #expect(XenRelease.allCases.filter { $0.hasComparedLayouts } == compared)
        for built in XenRelease.allCases {
            for running in XenRelease.allCases {
                let both = compared.contains(built) && compared.contains(running)
                #expect(xen(built).serves(xen(running)) == (built == running || both), "\(built), \(running)")
            }
        }
    }

    /// What is built for it serves it, whatever it is.
    @Test func aXenServesItself() {
        for other in [xen(23, 0x18, 0x16), xen(20, 0x99, 1), xen(0, 1, 1, major: 5)] {
            #expect(other.serves(other))
            #expect(!xen(.xen420).serves(other))
            #expect(!other.serves(xen(.xen420)))
        }
    }

    /// A number that is not its release's: a development tree, or a Xen that somebody changed.
    @Test func aReleaseIsKnownByVersionAndBothNumbers() {
        for release in XenRelease.allCases {
            #expect(xen(release).release == release)
            #expect(xen(release).version == release.name)
            let (minor, domctl, sysctl) = (UInt32(release.rawValue), release.domctl, release.sysctl)
            for other in [
                xen(minor, domctl + 1, sysctl), xen(minor, domctl, sysctl + 1), xen(minor, 0, sysctl),
                xen(minor, domctl, 0), xen(minor, domctl, sysctl, major: 3), xen(minor + 0x100, domctl, sysctl),
            ] {
                #expect(other.release == nil)
                #expect(!xen(.xen420).serves(other))
            }
        }
    }

    @Test func bothAreNamedWithTheirNumbers() {
        func message(_ running: XenInterface, _ program: OtherXen.Program) -> Line {
            OtherXen(
                version: Array("4.23\n.0".utf8), running: running, built: xen(.xen420), program: program
            ).message
        }
        #expect(
            message(xen(23, 0x19, 0x17), .initial)
                == #"Xen 4.23\x0a.0 (domctl 0x19, sysctl 0x17); this domb-init was built for 4.20 (0x17, 0x15)"#)
        #expect(
            message(xen(23, 0x19, 0), .construct)
                == #"Xen 4.23\x0a.0 (domctl 0x19, sysctl forbidden whatever its number); this domb-construct was built for 4.20 (0x17, 0x15)"#
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import domb

/// The list of what `domb install` wrote.
@Suite struct InstalledFilesTests {
    private func files(_ content: UInt8) -> InstalledFiles { InstalledFiles(path: "/list", [([content], "/a")]) }

    /// While an installation is under way the file may have either content, and is one's own with both.
    @Test func aFileHasEveryContentThatWasWritten() {
        let both = files(1).adding(files(2))
        #expect(both.digests.map { $0.digest } == [InstalledFiles.digest([1]), InstalledFiles.digest([2])])
        #expect(both.paths == ["/a"])
        #expect(both.adding(files(2)).digests.count == 2)
    }

    /// What the list says besides is nobody's to remove: it may be anybody's file.
    @Test func onlyWhatInstallWritesMayBeItsOwn() throws {
        let places = try InstallPlaces.parse(["--boot", "/b", "--grub-d", "/g"])
        func mayBe(_ path: String) -> Bool { places.mayHaveWritten(Array(path.utf8)) }
        for name in ["lcm.dtb", "initramfs", "lcm1.aml", "lcm12.aml", "image1", "image4294967295"] {
            #expect(mayBe("/b/domb/\(name)"), "\(name)")
            for other in ["/b/domb/x\(name)", "/b/domb/\(name)x", "/b/\(name)", "/b/domb/a/\(name)", "/c/domb/\(name)"]
            {
                #expect(!mayBe(other), "\(other)")
            }
        }
        for name in [
            "lcm1.txt", "lcm01.aml", "lcm.aml", "lcm1.am", "lcm1aml", "image", "image01", "image4294967296", "",
        ] {
            #expect(!mayBe("/b/domb/\(name)"), "\(name)")
        }
        #expect(mayBe("/g/45_domb") && !mayBe("/g/45_dombx") && !mayBe("/g/10_linux"))
    }
}

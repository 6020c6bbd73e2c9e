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
}

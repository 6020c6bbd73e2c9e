// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The boot domain's programs, as they came with `domb`.
enum PackagedFiles {
    /// Where the package has them.
    private static let installed = "/usr/lib/domb"

    /// In place of all others, for tests.
    @TaskLocal static var folder: String?

    /// Beside the program, as `make build` leaves them, or in the folder above it, which has the sources; else of the
    /// package.
    static func path(of name: String) -> String {
        if let folder { return "\(folder)/\(name)" }
        let near = programFolder.map { ["\($0)/\(name)", "\($0)/../\(name)"] } ?? []
        return near.first { HostFile.isThere($0) } ?? "\(installed)/\(name)"
    }

    private static var programFolder: String? {
        // Safety: realpath gives a terminated string of its own; it is copied, then freed.
        guard let name = unsafe realpath("/proc/self/exe", nil) else { return nil }
        defer { unsafe free(name) }
        let path = unsafe String(cString: name)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The boot domain's programs, as they came with `domb`.
enum PackagedFiles {
    /// Where the package has them.
    private static let installed = "/usr/lib/domb"

    /// Beside the program, as `make build` leaves them, or of the package.
    static func path(of name: String) -> String {
        let beside = programFolder.map { "\($0)/\(name)" }
        return beside.flatMap { HostFile.isThere($0) ? $0 : nil } ?? "\(installed)/\(name)"
    }

    private static var programFolder: String? {
        // Safety: realpath gives a terminated string of its own; it is copied, then freed.
        guard let name = unsafe realpath("/proc/self/exe", nil) else { return nil }
        defer { unsafe free(name) }
        let path = unsafe String(cString: name)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// Lists and makes folders.
public enum Folder {
    /// Entries of a folder, by DT_REG and so on.
    public enum Kind: UInt8, Sendable { case folders = 4, files = 8, links = 10 }

    /// Names of one kind of entry, in byte order, at most 64 KiB of them.
    public static func names(in path: CPath, _ kind: Kind) throws(Errno) -> [[UInt8]] {
        var names = [UInt8](repeating: 0, count: 65536)
        // Safety: the path ends in zero, the array has the count given, and both live through the call.
        let count = try Errno.check(unsafe domb_list(path.characters, kind.rawValue, &names, names.count))
        return names.prefix(count).split(separator: 0).map { [UInt8]($0) }.inOrder { $0.lexicographicallyPrecedes($1) }
    }

    /// Fine if it is there.
    public static func make(_ path: CPath) throws(Errno) {
        do throws(Errno) {
            // Safety: the array lives through the call and ends in zero.
            try Errno.check(unsafe mkdir(path.characters, 0o755))
        } catch {
            if error != .exists { throw error }
        }
    }
}

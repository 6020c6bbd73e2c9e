// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// Lists a folder.
enum Folder {
    enum Kind { case files, folders, links }

    /// Names of one kind of entry, in byte order, at most 64 KiB of them.
    static func names(in path: CPath, _ kind: Kind) throws(Errno) -> [[UInt8]] {
        let shimKind =
            switch kind {
            case .files: DOMB_FILES
            case .folders: DOMB_FOLDERS
            case .links: DOMB_LINKS
            }
        var status: Int64 = 0
        let capacity = 65536
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            // Safety: the shim writes at most `capacity` bytes and says how many; the path ends in zero.
            status = unsafe path.characters.withUnsafeBufferPointer { name in
                unsafe domb_list(name.baseAddress, shimKind, buffer.baseAddress, capacity)
            }
            count = max(0, Int(status))
        }
        guard status >= 0 else { throw Errno(Int32(-status)) }
        var names = bytes.split(separator: 0).map { [UInt8]($0) }
        names = names.inOrder { $0.lexicographicallyPrecedes($1) }
        return names
    }
}

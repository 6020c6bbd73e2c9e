// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What stat(2) says of a file.
struct FileStatus {
    /// Which file it is, by whatever name.
    struct Identity: Hashable {
        let device: dev_t
        let inode: ino_t
    }

    enum Kind { case regular, folder, link, blockDevice, other }

    let identity: Identity
    let kind: Kind
    /// Permissions alone.
    let mode: mode_t
    let byteCount: Int

    private init(_ status: stat) {
        identity = Identity(device: status.st_dev, inode: status.st_ino)
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFLNK: .link
            case S_IFBLK: .blockDevice
            default: .other
            }
        mode = status.st_mode & 0o777
        byteCount = Int(status.st_size)
    }

    /// `nil` where there is no such file, or it cannot be looked at: errno says which.
    init?(_ path: String, followingLinks: Bool = true) {
        var status = stat()
        // Safety: the structure is ours and lives through the call.
        guard unsafe (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        self.init(status)
    }

    init?(descriptor: CInt) {
        var status = stat()
        // Safety: the structure is ours and lives through the call.
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }
}

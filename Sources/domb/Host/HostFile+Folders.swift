// SPDX-License-Identifier: Apache-2.0

import Glibc

extension HostFile {
    static func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Of the regular files in a folder, sorted, and of links to such; whatever else is in it nobody could read to its end.
    static func names(in folder: String) throws(CommandFailure) -> [String] {
        // Safety: the directory is closed behind its last use, and an entry is copied before the next is read.
        guard let directory = unsafe opendir(folder) else {
            throw .noInput("\(folder): cannot open: \(errorText(errno))")
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { raw in
                unsafe String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if FileStatus("\(folder)/\(name)")?.kind == .regular { names.append(name) }
        }
        return names.sorted()
    }

    /// The folder itself; what it is in must be there.
    static func makeFolder(_ path: String) throws(CommandFailure) {
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw .inputOutput("\(path): cannot create: \(errorText(errno))")
        }
        guard FileStatus(path, followingLinks: false)?.kind == .folder else {
            throw .inputOutput("\(path): is there and no folder")
        }
    }

    /// Follows no link.
    static func makeExecutable(_ path: String) throws(CommandFailure) {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        defer { close(descriptor) }
        guard descriptor >= 0, fchmod(descriptor, 0o755) == 0 else {
            throw .inputOutput("\(path): cannot make it executable: \(errorText(errno))")
        }
    }

    /// What is at the path itself: links and whatever is no regular file are nobody's content.
    enum OwnContent {
        case absent, other
        case regular([UInt8])
    }

    static func ownContent(of path: String, limit: Int) throws(CommandFailure) -> OwnContent {
        guard let status = FileStatus(path, followingLinks: false) else {
            guard errno == ENOENT else { throw .noInput("\(path): cannot look at it: \(errorText(errno))") }
            return .absent
        }
        guard status.kind == .regular else { return .other }
        // It could have become another since: a link is not followed, a FIFO does not wait.
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .noInput("\(path): cannot open: \(errorText(errno))") }
        defer { close(descriptor) }
        return .regular(try read(descriptor: descriptor, path, limit: limit))
    }

    static func remove(_ path: String) throws(CommandFailure) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw .inputOutput("\(path): cannot remove: \(errorText(errno))")
        }
    }

    /// Somebody else's files keep a folder.
    static func removeFolder(_ path: String) throws(CommandFailure) {
        guard unsafe rmdir(path) == 0 || [ENOENT, ENOTEMPTY, EEXIST].contains(errno) else {
            throw .inputOutput("\(path): cannot remove: \(errorText(errno))")
        }
    }

    /// To the disk, before the machine may be reset.
    static func flush() { sync() }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

extension HostFile {
    static func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Of the ordinary files in a folder, sorted; not of folders in it.
    static func names(in folder: String) throws(CommandFailure) -> [String] {
        // Safety: the directory is closed behind its last use, and an entry is copied before the next is read.
        guard let directory = unsafe opendir(folder) else {
            throw .noInput("\(folder): cannot open: \(errorText(errno))")
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            guard unsafe Int32(entry.pointee.d_type) != DT_DIR else { continue }
            names.append(
                unsafe withUnsafeBytes(of: entry.pointee.d_name) { raw in
                    unsafe String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names.sorted()
    }

    /// The folder itself; what it is in must be there.
    static func makeFolder(_ path: String) throws(CommandFailure) {
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw .inputOutput("\(path): cannot create: \(errorText(errno))")
        }
    }

    static func makeExecutable(_ path: String) throws(CommandFailure) {
        guard unsafe chmod(path, 0o755) == 0 else {
            throw .inputOutput("\(path): cannot make it executable: \(errorText(errno))")
        }
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

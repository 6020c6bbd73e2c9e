// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A place that a command is told to write to, looked at before anything is written.
enum Destination: Equatable {
    case standardOutput
    /// Absent, or a regular file with these permissions: a new file takes its place. The path leads through no link at its
    /// end, so that a link stays one.
    case file(path: String, mode: mode_t?)
    /// A device or a FIFO, which stays what it is.
    case stream(path: String)

    /// As many links as Linux itself follows.
    private static let mostLinks = 40

    init(_ path: String) throws(CommandFailure) {
        guard path != "-" else {
            self = .standardOutput
            return
        }
        guard let status = FileStatus(path) else {
            guard errno == ENOENT else { throw .inputOutput("\(path): cannot write: \(HostFile.errorText(errno))") }
            self = .file(path: try Self.endOfLinks(path), mode: nil)
            return
        }
        guard !(InputFiles.current?.contains(status) ?? false) else {
            throw .usage("\(path): the command reads this file and would overwrite it: name another output")
        }
        switch status.kind {
        case .regular: self = .file(path: try Self.resolved(path), mode: status.mode)
        case .folder: throw .inputOutput("\(path): cannot write: \(HostFile.errorText(EISDIR))")
        case .link, .blockDevice, .other: self = .stream(path: path)
        }
    }

    /// The same for every name of one file.
    var place: String? {
        guard case .file(let path, _) = self else { return nil }
        guard let slash = path.lastIndex(of: "/") else { return (try? Self.resolved(".")).map { "\($0)/\(path)" } }
        let folder = path[..<slash]
        return (try? Self.resolved(folder.isEmpty ? "/" : String(folder))).map { "\($0)/\(path[slash...].dropFirst())" }
    }

    private static func resolved(_ path: String) throws(CommandFailure) -> String {
        guard let name = unsafe realpath(path, nil) else {
            throw .inputOutput("\(path): cannot write: \(HostFile.errorText(errno))")
        }
        // Safety: realpath gives a terminated string of its own; it is copied, then freed.
        defer { unsafe free(name) }
        return unsafe String(cString: name)
    }

    /// Where a link leads whose target does not exist yet.
    private static func endOfLinks(_ path: String) throws(CommandFailure) -> String {
        var path = path
        for _ in 0..<mostLinks {
            guard let status = FileStatus(path, followingLinks: false), status.kind == .link else { return path }
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            // Safety: the call writes at most the buffer's own count.
            let count = unsafe readlink(path, &buffer, buffer.count)
            guard count > 0 else { throw .inputOutput("\(path): cannot read the link: \(HostFile.errorText(errno))") }
            let target = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
            path = target.hasPrefix("/") ? target : folder + target
        }
        throw .inputOutput("\(path): cannot write: \(HostFile.errorText(ELOOP))")
    }
}

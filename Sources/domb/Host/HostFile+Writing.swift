// SPDX-License-Identifier: Apache-2.0

import Glibc

extension HostFile {
    /// A new file takes the place of what is there, so that nobody ever reads half of it. "-" is standard output; a device
    /// or a FIFO is written to.
    static func write(_ content: [UInt8], to path: String) throws(CommandFailure) {
        try write([(content, path)])
    }

    /// Several files that belong together: none is replaced before all are written.
    static func write(_ files: [(content: [UInt8], path: String)]) throws(CommandFailure) {
        let destinations = try destinations(files.map { $0.path })
        var drafts: [(draft: String, path: String)] = []
        do throws(CommandFailure) {
            for (file, destination) in zip(files, destinations) {
                guard case .file(let path, let mode) = destination else { continue }
                let draft = "\(path).\(getpid()).part"
                let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
                let descriptor = unsafe open(draft, flags, mode == nil ? 0o644 : 0o600)
                guard descriptor >= 0 else { throw .inputOutput("\(draft): cannot create: \(errorText(errno))") }
                drafts.append((draft, path))
                if let mode { _ = fchmod(descriptor, mode) }
                try write(file.content[...], descriptor: descriptor, closing: draft)
            }
            for (file, destination) in zip(files, destinations) { try writeThrough(file.content, destination) }
            for (draft, path) in drafts {
                guard unsafe rename(draft, path) == 0 else {
                    throw .inputOutput("\(path): cannot replace: \(errorText(errno))")
                }
            }
        } catch {
            for (draft, _) in drafts { _ = unsafe unlink(draft) }
            throw error
        }
    }

    private static func destinations(_ paths: [String]) throws(CommandFailure) -> [Destination] {
        var destinations: [Destination] = []
        var taken: [String: String] = [:]
        for path in paths {
            let destination = try Destination(path)
            if let place = destination.place, let other = taken.updateValue(path, forKey: place) {
                throw .usage("\(other) and \(path) are one file: two outputs cannot both be in it")
            }
            destinations.append(destination)
        }
        return destinations
    }

    private static func writeThrough(_ content: [UInt8], _ destination: Destination) throws(CommandFailure) {
        switch destination {
        case .file: break
        case .standardOutput: try StandardOutput.write(content)
        case .stream(let path):
            let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else { throw .inputOutput("\(path): cannot open: \(errorText(errno))") }
            try write(content[...], descriptor: descriptor, closing: path)
        }
    }

    /// A full disk may show only when the file is closed.
    private static func write(
        _ content: ArraySlice<UInt8>, descriptor: CInt, closing name: String
    ) throws(CommandFailure) {
        do throws(CommandFailure) {
            try write(content, descriptor: descriptor, name)
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw .inputOutput("\(name): cannot write: \(errorText(errno))") }
    }

    static func write(_ content: ArraySlice<UInt8>, descriptor: CInt, _ name: String) throws(CommandFailure) {
        var rest = content
        while !rest.isEmpty {
            // Safety: the call reads at most the buffer's own count, inside the closure.
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .inputOutput("\(name): cannot write: \(errorText(errno))")
            }
        }
    }
}

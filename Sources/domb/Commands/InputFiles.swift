// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The files that one run of a command has read, by whatever names: it must not write to any of them.
final class InputFiles: Sendable {
    /// Of the command that runs. A file that it reads is known here whichever option or description named it.
    @TaskLocal static var current: InputFiles?

    private let identities = Mutex<Set<FileStatus.Identity>>([])

    func note(_ status: FileStatus?) {
        guard let status else { return }
        switch status.kind {
        case .regular, .blockDevice: identities.withLock { _ = $0.insert(status.identity) }
        case .folder, .link, .other: break
        }
    }

    func contains(_ status: FileStatus) -> Bool { identities.withLock { $0.contains(status.identity) } }
}

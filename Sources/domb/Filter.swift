// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Another program, given bytes and asked for bytes.
enum Filter {
    /// Why the program runs, for whoever does not have it.
    struct Purpose {
        /// "unpack the kernel".
        let task: String
        /// What to install, where the program's name does not say it.
        var package: String?

        static let unpack = Purpose(task: "unpack the kernel")
        static let compile = Purpose(task: "compile the .dts", package: "device-tree-compiler")
    }

    /// Runs the program with `input` as its standard input and returns its standard output. Both are files, so that neither
    /// side ever waits for the other.
    static func run(
        _ arguments: [String], on input: ArraySlice<UInt8>, limit: Int, to purpose: Purpose
    ) throws(CommandFailure) -> [UInt8] {
        let name = arguments.first ?? ""
        let source = try namelessFile()
        defer { close(source) }
        let result = try namelessFile()
        defer { close(result) }
        try HostFile.write(input, descriptor: source, "the input of \(name)")
        lseek(source, 0, SEEK_SET)
        try spawn(arguments, input: source, output: result, purpose)
        lseek(result, 0, SEEK_SET)
        return try HostFile.read(descriptor: result, "the output of \(name)", limit: limit)
    }

    /// A file without a name: gone with its descriptor.
    private static func namelessFile() throws(CommandFailure) -> CInt {
        var path = [CChar]("/tmp/domb-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&path)
        guard descriptor >= 0 else { throw .inputOutput("/tmp: cannot create: \(HostFile.errorText(errno))") }
        _ = unsafe unlink(path)
        return descriptor
    }

    private static func spawn(
        _ arguments: [String], input: CInt, output: CInt, _ purpose: Purpose
    ) throws(CommandFailure) {
        let name = arguments.first ?? ""
        // Safety: the copies live until after the call; the list ends with the nil that it must end with.
        var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        var process: pid_t = 0
        let code = unsafe posix_spawnp(&process, name, &actions, nil, &pointers, &environment)
        guard code != ENOENT else {
            throw .unavailable(
                "\(name) is needed to \(purpose.task) and is not in PATH: install \(purpose.package ?? name)")
        }
        guard code == 0 else {
            throw .inputOutput("cannot run \(name) to \(purpose.task): \(HostFile.errorText(code))")
        }
        var status: CInt = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw .inputOutput("lost \(name): \(HostFile.errorText(errno))") }
        }
        // Low seven bits: the signal that ended it; the next eight: its exit code (wait(2)).
        guard status == 0 else {
            throw .malformed(
                "\(name) could not \(purpose.task): exit code \(status >> 8), signal \(status & 0x7F)")
        }
    }
}

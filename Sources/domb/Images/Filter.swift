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
        static let unpackFile = Purpose(task: "unpack the file")
        static let compile = Purpose(task: "compile the .dts", package: "device-tree-compiler")
    }

    /// Runs the program with `input` as its standard input and returns its standard output. The input is a file, so that
    /// neither side ever waits for the other; a program whose output passes the limit is ended there.
    static func run(
        _ arguments: [String], on input: ArraySlice<UInt8>, limit: Int, to purpose: Purpose
    ) throws(CommandFailure) -> [UInt8] {
        let name = arguments.first ?? ""
        let source = try namelessFile()
        defer { close(source) }
        try HostFile.write(input, descriptor: source, "the input of \(name)")
        lseek(source, 0, SEEK_SET)
        let process = try spawn(arguments, input: source, purpose)
        defer { close(process.output) }
        let output: [UInt8]
        do throws(CommandFailure) {
            output = try HostFile.read(descriptor: process.output, "the output of \(name)", limit: limit)
        } catch {
            kill(process.id, SIGKILL)
            _ = try? wait(for: process.id, name)
            throw error
        }
        // Low seven bits: the signal that ended it; the next eight: its exit code (wait(2)).
        let status = try wait(for: process.id, name)
        guard status == 0 else {
            throw .malformed(
                "\(name) could not \(purpose.task): exit code \(status >> 8), signal \(status & 0x7F)")
        }
        return output
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
        _ arguments: [String], input: CInt, _ purpose: Purpose
    ) throws(CommandFailure) -> (id: pid_t, output: CInt) {
        let name = arguments.first ?? ""
        var ends: [CInt] = [-1, -1]
        // As a pipe, but closed in every other program from its beginning: pipe2 is not to be had from here.
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        // Safety: the array has room for the two descriptors that the call writes.
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw .inputOutput("cannot run \(name) to \(purpose.task): \(HostFile.errorText(errno))")
        }
        // The program's copy is the only one, so that the end of its output is seen.
        defer { close(ends[1]) }
        // Safety: the copies live until after the call; the list ends with the nil that it must end with.
        var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        var process: pid_t = 0
        let code = unsafe posix_spawnp(&process, name, &actions, nil, &pointers, &environment)
        guard code == 0 else {
            close(ends[0])
            guard code == ENOENT else {
                throw .inputOutput("cannot run \(name) to \(purpose.task): \(HostFile.errorText(code))")
            }
            throw .unavailable(
                "\(name) is needed to \(purpose.task) and is not in PATH: install \(purpose.package ?? name)")
        }
        return (process, ends[0])
    }

    /// Its status, as wait(2) gives it.
    private static func wait(for process: pid_t, _ name: String) throws(CommandFailure) -> CInt {
        var status: CInt = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw .inputOutput("lost \(name): \(HostFile.errorText(errno))") }
        }
        return status
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The host tool as a process of its own, run by a shell: what it does with its own descriptors, memory and time.
enum Program {
    /// Beside the tests, where the build puts both.
    static let path =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map {
            $0.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/domb"
        } ?? "domb"

    /// - Parameters:
    ///   - output: where the shell leads standard output, in its words.
    ///   - limits: what the shell does before, such as "ulimit -v 1000000".
    ///   - patience: in seconds; who takes longer hangs, and ends with 124.
    static func run(
        _ arguments: [String], output: String = "> /dev/null", limits: String = ":", patience: Int = 300
    ) throws -> (code: Int32, diagnostics: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(limits); exec timeout -k 1 \(patience) \"$@\" \(output)", "sh", path] + arguments
        let diagnostics = Pipe()
        process.standardError = diagnostics
        process.standardInput = FileHandle.nullDevice
        // waitUntilExit returns late.
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let text = diagnostics.fileHandleForReading.readDataToEndOfFile()
        ended.wait()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}

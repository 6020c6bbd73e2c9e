// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A program of another project, run in a folder: openssl and device-tree-compiler of rig/deps/packages.txt.
enum Tool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What it printed. A program that fails, or is not there, fails the test and says so.
    @discardableResult
    static func run(_ arguments: [String], in folder: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["timeout", "-s", "KILL", "60"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        ended.wait()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(arguments.joined(separator: " ")): exit code \(process.terminationStatus)")
        }
        return [UInt8](text)
    }
}

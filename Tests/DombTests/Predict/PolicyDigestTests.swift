// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

@testable import domb

/// The policy digest is the one that a TPM and tpm2-tools come to. They are installed by rig/deps/packages.txt.
@Suite struct PolicyDigestTests {
    @Test func policyIsThatOfATPM() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let tpm = try SoftwareTPM()
            defer { tpm.end() }
            let prediction = try sandbox.prediction()
            for record in prediction.reader.records {
                let digests = record.digests.map { "\($0.algorithm.name)=\(hexadecimal($0.bytes))" }
                try tpm.run("tpm2_pcrextend", "11:\(digests.joined(separator: ","))")
            }
            for (bank, value) in zip(AssumedHost.Bank.allCases, prediction.values) {
                #expect(try tpm.output("tpm2_pcrread", "\(bank.rawValue):11", "-o").elementsEqual(value.bytes))
                try tpm.run("tpm2_startauthsession", "-S", "session")
                let policy = try tpm.output("tpm2_policypcr", "-S", "session", "-l", "\(bank.rawValue):11", "-L")
                try tpm.run("tpm2_flushcontext", "session")
                let options = ["--format", "tpm2-policy", "--bank", bank.rawValue, "--output", sandbox.path("out")]
                let failure = sandbox.failure(
                    ["predict", sandbox.path("lcm.dtb")] + sandbox.images + Sandbox.identity + options)
                #expect(failure?.message == nil)
                #expect(try sandbox.read("out") == Array("\(hexadecimal(policy))\n".utf8), "\(bank.rawValue)")
            }
        }
    }
}

/// A fresh swtpm of a test's own, in a folder of its own.
private final class SoftwareTPM {
    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let folder: URL
    private let process = Process()

    init() throws {
        // A socket's path may have 107 bytes.
        folder = URL(fileURLWithPath: "/tmp/domb-swtpm-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.currentDirectoryURL = folder
        process.arguments = [
            "swtpm", "socket", "--tpm2", "--tpmstate", "dir=.", "--ctrl", "type=unixio,path=tpm.ctrl", "--server",
            "type=unixio,path=tpm", "--flags", "not-need-init,startup-clear",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = Date().addingTimeInterval(20)
        while !FileManager.default.fileExists(atPath: folder.path + "/tpm") {
            guard process.isRunning, Date() < deadline else {
                end()
                throw Failure(description: "swtpm did not start: is it installed?")
            }
            usleep(20_000)
        }
    }

    func end() {
        if process.isRunning {
            // Children inherit what a dispatch thread blocks, and it blocks SIGTERM.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }

    func run(_ arguments: String...) throws { try run(arguments) }

    private func run(_ arguments: [String]) throws {
        let tool = Process()
        let errors = Pipe()
        tool.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tool.currentDirectoryURL = folder
        tool.arguments = ["TPM2TOOLS_TCTI=swtpm:path=tpm"] + arguments
        tool.standardOutput = FileHandle.nullDevice
        tool.standardError = errors
        try tool.run()
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        tool.waitUntilExit()
        guard tool.terminationStatus == 0 else {
            throw Failure(description: "\(arguments.joined(separator: " ")): \(String(decoding: text, as: UTF8.self))")
        }
    }

    /// What the tool writes into the file that the last of the arguments asks for.
    func output(_ arguments: String...) throws -> [UInt8] {
        try run(arguments + ["out.bin"])
        return try HostFile.read(folder.path + "/out.bin", limit: 1 << 16)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A swtpm of one test's own and tpm2-tools that speak to it: `swtpm` and `swtpm-tools`, `tpm2-tools` of
/// rig/deps/packages.txt. It ends with the value.
final class SoftwareTPM {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Output {
        let status: Int32
        let text: String
        let diagnostics: String
    }

    let folder: String
    private let emulator = Process()

    /// `banks` as swtpm_setup takes them: "sha1,sha256".
    init(banks: String) throws {
        var template = Array("/tmp/domb-tpm-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try FileManager.default.createDirectory(atPath: path("state"), withIntermediateDirectories: false)
        _ = try succeed(
            "swtpm_setup", "--tpm2", "--tpmstate", path("state"), "--pcr-banks", banks, "--overwrite", "--logfile",
            path("setup.log"))
        emulator.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        emulator.arguments = [
            "swtpm", "socket", "--tpm2", "--tpmstate", "dir=\(path("state"))", "--server",
            "type=unixio,path=\(path("socket"))", "--ctrl", "type=unixio,path=\(path("socket.ctrl"))", "--flags",
            "startup-clear",
        ]
        emulator.standardError = FileHandle.nullDevice
        try emulator.run()
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: path("socket")) { usleep(50_000) }
    }

    deinit {
        // A test's thread blocks the other signals, and what it starts inherits that.
        kill(emulator.processIdentifier, SIGKILL)
        emulator.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path(name))) }

    /// In the folder, so files need no path.
    func run(_ arguments: [String]) throws -> Output {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["timeout", "-s", "KILL", "60"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        var environment = ProcessInfo.processInfo.environment
        environment["TPM2TOOLS_TCTI"] = "swtpm:path=\(path("socket"))"
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        let diagnostics = path("diagnostics-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: diagnostics, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: diagnostics)
        // waitUntilExit returns late: with it these tests take half as long again.
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        ended.wait()
        let errors = try Data(contentsOf: URL(fileURLWithPath: diagnostics))
        return Output(
            status: process.terminationStatus, text: String(decoding: text, as: UTF8.self),
            diagnostics: String(decoding: errors, as: UTF8.self))
    }

    /// What the command printed; a command that fails, or is not there, fails the test and says why.
    func succeed(_ arguments: String...) throws -> String {
        let output = try run(arguments)
        guard output.status == 0 else {
            throw Failure(
                description: "\(arguments.joined(separator: " ")): exit code \(output.status): \(output.diagnostics)")
        }
        return output.text
    }

    /// The TPM has room for three keys.
    func forgetKeys() throws { _ = try succeed("tpm2_flushcontext", "-t") }

    /// An attestation key as docs/verify.md makes it: NAME.ctx, NAME.pem, and what `exportKey` writes.
    func makeKey(_ name: String, algorithm: String, scheme: String) throws {
        if !FileManager.default.fileExists(atPath: path("ek.ctx")) {
            _ = try succeed("tpm2_createek", "-Q", "-c", "ek.ctx", "-G", "ecc", "-u", "ek.pub")
            try forgetKeys()
        }
        _ = try succeed(
            "tpm2_createak", "-Q", "-C", "ek.ctx", "-c", "\(name).ctx", "-G", algorithm, "-g", "sha256", "-s",
            scheme, "-u", "\(name).pem", "-f", "pem", "-n", "\(name).name")
        try forgetKeys()
        try exportKey(name)
    }

    /// NAME.tss, NAME.tpmt and NAME.der, as tpm2_readpublic writes it.
    func exportKey(_ name: String) throws {
        for form in ["tss", "tpmt", "der"] {
            _ = try succeed("tpm2_readpublic", "-Q", "-c", "\(name).ctx", "-f", form, "-o", "\(name).\(form)")
            try forgetKeys()
        }
    }

    /// FILE.msg, FILE.sig and FILE.pcrs.
    func quote(_ key: String, _ selection: String, nonce: String, to file: String, _ more: String...) throws {
        let output = try run(
            [
                "tpm2_quote", "-Q", "-c", "\(key).ctx", "-l", selection, "-q", nonce, "-m", "\(file).msg", "-s",
                "\(file).sig", "-o", "\(file).pcrs",
            ] + more)
        guard output.status == 0 else { throw Failure(description: "tpm2_quote: \(output.diagnostics)") }
        try forgetKeys()
    }
}

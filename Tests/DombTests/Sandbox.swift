// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

@testable import domb

/// A folder of one test's own, and commands run as people run them.
struct Sandbox {
    let folder: String

    static let fixtures =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        + "/Fixtures"
    static let examples =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        + "/examples"

    /// The folder is gone after it.
    static func run(_ body: (Sandbox) throws -> Void) throws {
        var template = Array("/tmp/domb-tests-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let sandbox = Sandbox(
            folder: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        defer { try? FileManager.default.removeItem(atPath: sandbox.folder) }
        try body(sandbox)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// In no order that matters, so sorted.
    var files: [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    func write(_ text: String, to name: String) throws { try HostFile.write(Array(text.utf8), to: path(name)) }
    func write(_ bytes: [UInt8], to name: String) throws { try HostFile.write(bytes, to: path(name)) }
    func read(_ name: String) throws -> [UInt8] { try HostFile.read(path(name), limit: 1 << 24) }

    /// Nothing for a command that ends well.
    func failure(_ arguments: [String]) -> (code: Int32, message: String)? {
        failure { try Domb.run(arguments) }
    }

    /// The same for what a command does once its arguments are parsed.
    func failure(_ run: () throws -> Void) -> (code: Int32, message: String)? {
        do {
            try InputFiles.$current.withValue(InputFiles(), operation: run)
            return nil
        } catch let failure as CommandFailure {
            return (failure.exitCode.rawValue, failure.message)
        } catch {
            return (Domb.exitCode(for: error).rawValue, "\(error)")
        }
    }

    func exitCode(_ arguments: String...) -> Int32 { failure(arguments)?.code ?? 0 }
}

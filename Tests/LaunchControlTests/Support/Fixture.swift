// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file of Tests/Fixtures.
enum Fixture {
    static let names = ["appliance.dtb", "dom0less.dtb", "hyperlaunch-2022.dtb", "hyperlaunch-2025.dtb"]

    static func bytes(_ name: String) throws -> [UInt8] {
        // Tests/LaunchControlTests/Support/Fixture.swift -> Tests/Fixtures
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let path = parts.joined(separator: "/") + "/Fixtures/" + name
        guard let stream = fopen(path, "rb") else { throw FixtureMissing(path: path) }
        defer { fclose(stream) }
        var content: [UInt8] = []
        while case let byte = getc(stream), byte != EOF { content.append(UInt8(truncatingIfNeeded: byte)) }
        return content
    }

    struct FixtureMissing: Error {
        let path: String
    }
}

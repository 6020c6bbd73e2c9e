// SPDX-License-Identifier: Apache-2.0

/// A file that gzip packed, as people keep logs.
enum PackedFile {
    private static let magic: [UInt8] = [0x1F, 0x8B]

    static func isOne(_ content: [UInt8]) -> Bool { content.starts(with: magic) }

    /// As it is, or what is in it, up to so many bytes.
    static func unpacked(_ content: [UInt8], _ path: String, limit: Int) throws(CommandFailure) -> [UInt8] {
        guard isOne(content) else { return content }
        do throws(CommandFailure) {
            return try Filter.run(["gzip", "-dc"], on: content[...], limit: limit, to: .unpackFile)
        } catch {
            throw CommandFailure(exitCode: error.exitCode, message: "\(path): \(error.message)")
        }
    }
}

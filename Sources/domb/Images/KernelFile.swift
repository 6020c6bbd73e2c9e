// SPDX-License-Identifier: Apache-2.0

import Platform

/// A kernel in a file: ELF, or packed as gzip or as a bzImage, which libxenguest unpacks.
struct KernelFile {
    private static let limit = 2 << 30
    private static let gzipMagic: [UInt8] = [0x1F, 0x8B]

    let kernel: ELFKernel
    /// The ELF file, unpacked.
    let content: [UInt8]
    /// Of the file.
    let byteCount: UInt64

    init(reading path: String) throws(CommandFailure) {
        try self.init(try HostFile.read(path, limit: Self.limit), from: path)
    }

    /// `path`: what messages call it.
    init(_ file: [UInt8], from path: String) throws(CommandFailure) {
        byteCount = UInt64(file.count)
        content = try Self.unpacked(file, path)
        do throws(ELFKernel.Problem) {
            kernel = try ELFKernel(parsing: content)
        } catch {
            throw .malformed("\(path): \(error.text)")
        }
    }

    /// What packed bytes may unpack to. A kernel shrinks to a fifth or so; what would grow to more than 64 times its size
    /// was made to fill memory. Small files of zeros shrink more.
    static func unpackedLimit(packed byteCount: Int) -> Int { min(limit, (64 << 20) + 64 * byteCount) }

    private static func unpacked(_ file: [UInt8], _ path: String) throws(CommandFailure) -> [UInt8] {
        do {
            var content = file
            if content.starts(with: gzipMagic) {
                content = try Filter.run(
                    ["gzip", "-dc"], on: content[...], limit: unpackedLimit(packed: content.count), to: .unpack)
            }
            guard BootProtocolImage.isOne(content) else { return content }
            let image = try BootProtocolImage(parsing: content)
            if image.program.isEmpty { return [UInt8](image.payload) }
            let limit = min(image.unpackedSize, unpackedLimit(packed: image.payload.count))
            let unpacked = try Filter.run(image.program, on: image.payload, limit: limit, to: .unpack)
            try image.check(unpacked: unpacked)
            return unpacked
        } catch let failure as CommandFailure {
            throw CommandFailure(exitCode: failure.exitCode, message: "\(path): \(failure.message)")
        } catch let problem as BootProtocolImage.Problem {
            throw .malformed("\(path): \(problem.text)")
        } catch {
            throw .malformed("\(path): \(error)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction
import SimulatedPlatform

/// What an LCM says of an image, found in the image itself.
struct ImageContent {
    private static let limit = 2 << 30

    /// Where a builder puts it; empty for a ramdisk.
    let segments: [Segment]
    /// SHA-256 of what lies in memory after loading.
    let digest: Digest
    /// Of the file.
    let byteCount: UInt64
    /// Of a kernel: what libxenguest takes from it, or why it is none that starts.
    let kernel: Result<KernelImage, CommandFailure>?

    /// An ELF kernel, or a bzImage that carries one.
    init(kernelAt path: String) throws(CommandFailure) {
        self.init(try KernelFile(reading: path), from: path)
    }

    init(_ file: KernelFile, from path: String) {
        segments = file.kernel.segments.map { Segment(address: $0.address, byteCount: $0.byteCount) }
        digest = file.kernel.digest(of: file.content, SwiftCryptoHash.self)
        byteCount = file.byteCount
        do throws(CommandFailure) {
            kernel = .success(try KernelImage(file, path))
        } catch {
            kernel = .failure(error)
        }
    }

    /// A ramdisk, or anything that is loaded as it is.
    init(ramdiskAt path: String) throws(CommandFailure) {
        let file = try HostFile.digest(of: path, limit: Self.limit)
        try self.init(ramdisk: file.digest, UInt64(file.byteCount), from: path)
    }

    init(ramdisk content: [UInt8], from path: String) throws(CommandFailure) {
        try self.init(ramdisk: SwiftCryptoHash.digest(.sha256, of: content), UInt64(content.count), from: path)
    }

    private init(ramdisk digest: Digest, _ byteCount: UInt64, from path: String) throws(CommandFailure) {
        guard byteCount > 0 else { throw .malformed("\(path): empty") }
        segments = []
        self.digest = digest
        self.byteCount = byteCount
        kernel = nil
    }
}

extension ELFKernel {
    /// SHA-256 over what is in memory after loading: each segment's file part, then its zeros, in ascending order.
    func digest<Hash: ContentHash>(of file: [UInt8], _ type: Hash.Type) -> Digest {
        var hash = Hash(.sha256)
        let zeros = [UInt8](repeating: 0, count: 64 << 10)
        for segment in segments {
            hash.update(file.span.extracting(segment.file))
            var rest = segment.byteCount - UInt64(segment.file.count)
            while rest > 0 {
                let count = min(rest, UInt64(zeros.count))
                hash.update(zeros.span.extracting(0..<Int(count)))
                rest -= count
            }
        }
        return hash.finish()
    }
}

extension ImageContent {
    /// Why no domain of the mode starts with this kernel.
    func problem(in mode: DomainMode, _ path: String) -> CommandFailure? {
        switch kernel {
        case .failure(let failure): return failure
        case .success(let kernel):
            do throws(BuildRefusal) {
                try kernel.check(mode)
                return nil
            } catch {
                return .refusal("\(path): \(error.text)")
            }
        case nil: return nil
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform
import SimulatedPlatform

struct ImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Print the device tree fragment that says where an image lies and its digest.",
        discussion: """
            The fragment is to be included at the end of the .dts that has the label. For a kernel it has the \
            loadable segments and the SHA-256 of what a builder puts there; of a bzImage they are those of the kernel \
            in it, which gzip, xz, zstd or whatever packed it unpacks. For a ramdisk it has its size and SHA-256.
            """)

    @Flag(help: "FILE is a ramdisk, or anything that is loaded as it is.")
    var ramdisk = false
    @Option(help: "Label of the module node in the .dts.")
    var label: String
    @Argument(help: "An ELF kernel or a bzImage, or with --ramdisk any file.")
    var file: String

    private static let limit = 2 << 30

    func validate() throws {
        let letters = label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: false
            }
        }
        let first = label.utf8.first ?? UInt8(ascii: "0")
        guard letters, first > UInt8(ascii: "9") else {
            throw ValidationError(
                "'\(label)' is no device tree label: letters, digits and _, not starting with a digit")
        }
    }

    func run() throws {
        let content = try HostFile.read(file, limit: Self.limit)
        print(ramdisk ? try ramdiskFragment(content) : try kernelFragment(content))
    }

    private func kernelFragment(_ content: [UInt8]) throws(CommandFailure) -> String {
        let unpacked = BootProtocolImage.isOne(content) ? try unpack(content) : content
        let kernel: ELFKernel
        do throws(ELFKernel.Problem) {
            kernel = try ELFKernel(parsing: unpacked)
        } catch {
            throw .malformed("\(file): \(error.text)")
        }
        let cells = kernel.segments.map { "\(hexadecimal($0.address)) \(hexadecimal($0.byteCount))" }
        return fragment(
            "domb,load = /bits/ 64 <\(cells.joined(separator: " "))>;",
            kernel.digest(of: unpacked, SwiftCryptoHash.self))
    }

    /// The ELF kernel that a bzImage carries.
    private func unpack(_ content: [UInt8]) throws(CommandFailure) -> [UInt8] {
        do {
            let image = try BootProtocolImage(parsing: content)
            if image.program.isEmpty { return [UInt8](image.payload) }
            let unpacked = try Filter.run(image.program, on: image.payload, limit: Self.limit)
            try image.check(unpacked: unpacked)
            return unpacked
        } catch let failure as CommandFailure {
            throw CommandFailure(exitCode: failure.exitCode, message: "\(file): \(failure.message)")
        } catch let problem as BootProtocolImage.Problem {
            throw .malformed("\(file): \(problem.text)")
        } catch {
            throw .malformed("\(file): \(error)")
        }
    }

    private func ramdiskFragment(_ content: [UInt8]) throws(CommandFailure) -> String {
        guard !content.isEmpty else { throw .malformed("\(file): empty") }
        return fragment("domb,size = /bits/ 64 <\(content.count)>;", SwiftCryptoHash.digest(.sha256, of: content))
    }

    private func fragment(_ place: String, _ digest: Digest) -> String {
        "&\(label) {\n    \(place)\n    domb,digest = [\(hexadecimal(digest.bytes))];\n};"
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

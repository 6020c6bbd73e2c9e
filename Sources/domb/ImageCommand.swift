// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform
import SimulatedPlatform

struct ImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Print the device tree fragment that says where an image lies and its digest.",
        discussion: """
            The fragment is to be included at the end of the .dts that has the label. For an ELF kernel it has the \
            loadable segments and the SHA-256 of what a builder puts there; for a ramdisk its size and SHA-256.
            """)

    @Flag(help: "FILE is a ramdisk, or anything that is loaded as it is.")
    var ramdisk = false
    @Option(help: "Label of the module node in the .dts.")
    var label: String
    @Argument(help: "An ELF kernel, or with --ramdisk any file.")
    var file: String

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
            throw ValidationError("'\(label)' is no device tree label: letters, digits and _, not starting with a digit")
        }
    }

    func run() throws {
        let content = try HostFile.read(file, limit: 2 << 30)
        print(ramdisk ? try ramdiskFragment(content) : try kernelFragment(content))
    }

    private func kernelFragment(_ content: [UInt8]) throws(CommandFailure) -> String {
        guard !BootProtocolImage.isOne(content) else {
            throw .malformed(
                "\(file): a bzImage: its segments are only known when it is unpacked; extract the vmlinux "
                    + "(rig/deps/extract-vmlinux.py, or the kernel's scripts/extract-vmlinux) and name that")
        }
        let kernel: ELFKernel
        do throws(ELFKernel.Problem) {
            kernel = try ELFKernel(parsing: content)
        } catch {
            throw .malformed("\(file): \(error.text)")
        }
        let cells = kernel.segments.map { "\(hexadecimal($0.address)) \(hexadecimal($0.byteCount))" }
        return fragment(
            "domb,load = /bits/ 64 <\(cells.joined(separator: " "))>;", kernel.digest(of: content, SwiftCryptoHash.self))
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

/// A kernel with Linux's x86 boot protocol (Linux, Documentation/arch/x86/boot.rst).
enum BootProtocolImage {
    static func isOne(_ content: [UInt8]) -> Bool {
        content.count >= 0x206 && content[0x202..<0x206].elementsEqual(Line("HdrS").bytes)
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

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
    @Argument(help: "An ELF kernel or a bzImage, or with --ramdisk any file.", completion: .file())
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
            throw ValidationError(
                "'\(label)' is no device tree label: letters, digits and _, not starting with a digit")
        }
    }

    func run() throws {
        let image =
            try ramdisk ? ImageContent(ramdiskAt: file) : ImageContent(kernelAt: file)
        let cells = image.segments.map { "\(hexadecimal($0.address)) \(hexadecimal($0.byteCount))" }
        let place =
            ramdisk
            ? "domb,size = /bits/ 64 <\(image.byteCount)>;"
            : "domb,load = /bits/ 64 <\(cells.joined(separator: " "))>;"
        let digest = "domb,digest = [\(hexadecimal(image.digest.bytes))];"
        try StandardOutput.print("&\(label) {\n    \(place)\n    \(digest)\n};")
    }
}

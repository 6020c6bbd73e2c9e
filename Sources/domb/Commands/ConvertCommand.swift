// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write a launch in another format.",
        usage: "domb convert [<options>] <input> --format <format> --output <output>",
        discussion: """
            What the other format cannot say is named and ends with exit code 1: nothing vanishes on the way. A \
            description made from an LCM names images by their indices.
            """)

    @Argument(help: "The launch: a device tree blob, an xLCM, a .dts or a .yaml file.", completion: .file())
    var input: String
    @Option(name: .shortAndLong, help: "The file to write; - for standard output.", completion: .file())
    var output: String
    @Option(help: "The format to write.")
    var format: LaunchFormat
    @Option(
        help: "Folder of the image files that a description names. (default: the description's own)",
        completion: .directory)
    var images: String?

    func run() throws {
        let input = try LaunchInput(reading: input)
        try HostFile.write(try converted(input), to: output)
    }

    private func converted(_ input: LaunchInput) throws(CommandFailure) -> [UInt8] {
        switch input.format {
        case .unknown: throw input.unknownFormat
        case .tree, .xlcm:
            let launch = try Launch(compiled: input.bytes, input.path)
            // Bytes that are in the format already stay what they are: their digest may be pinned somewhere.
            if (input.format == .tree) == (format == .dtb), (input.format == .xlcm) == (format == .xlcm) {
                return input.bytes
            }
            return try launch.written(as: format, from: input.path)
        case .source:
            return try CompiledSource(input, images: [:], includes: []).written(as: format)
        case .description:
            let description = try LaunchDescription(parsing: input.bytes, from: input.path)
            var folder = ImageFolder(root: images, besides: input.path)
            return try description.launch(try description.modules(), &folder).written(as: format, from: input.path)
        }
    }
}

extension LaunchFormat: ExpressibleByArgument {}

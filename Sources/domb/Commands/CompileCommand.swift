// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform
import Sequencer

struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile", abstract: "Compile a .dts or a YAML description to an LCM.",
        usage: "domb compile [<options>] <input> --output <output>",
        discussion: """
            Where the images lie in their domains' memory, how large they are and their digests are found in the image \
            files: a description names them, for a .dts --image does. A .dts goes through dtc. Exit code 1 where an \
            image is not the one that the input expects, or the format cannot say what the input says.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case dtb, xlcm
    }

    @Argument(help: "A .dts or .yaml file.", completion: .file())
    var input: String
    @Option(name: .shortAndLong, help: "The LCM to write; - for standard output.", completion: .file())
    var output: String
    @Option(help: "A device tree blob, or the binary LCM of the first Hyperlaunch prototype.")
    var format = Format.dtb
    @Option(
        help: "Folder of the image files that a description names. (default: the description's own)",
        completion: .directory)
    var images: String?
    @Option(help: "For a .dts: the file of the module with that index, as INDEX=FILE; may be repeated.")
    var image: [String] = []
    @Option(help: "For a .dts: a folder for /include/; may be repeated.", completion: .directory)
    var include: [String] = []
    @Option(help: "For a description: write the matching menu entry for grub.cfg, too.", completion: .file())
    var grub: String?

    func validate() throws {
        _ = try ImageOption.paths(image)
        guard grub == nil || grub != output else { throw ValidationError("--grub and --output are one file") }
    }

    func run() throws {
        let input = try LaunchInput(reading: input)
        switch input.format {
        case .source: try compileSource(input)
        case .description: try compileDescription(input)
        case .tree, .xlcm: throw ValidationError("'\(input.path)' is compiled already: see domb convert")
        case .unknown: throw input.unknownFormat
        }
    }

    private func compileSource(_ input: LaunchInput) throws {
        guard grub == nil, images == nil else {
            throw ValidationError("--grub and --images need a YAML description: a .dts does not name files")
        }
        let content = try CompiledSource(input, images: ImageOption.paths(image), includes: include).written(
            as: format.format)
        try HostFile.write(content, to: output)
    }

    private func compileDescription(_ input: LaunchInput) throws {
        guard image.isEmpty, include.isEmpty else {
            throw ValidationError("--image and --include are for a .dts: a description names its images itself")
        }
        let description = try LaunchDescription(parsing: input.bytes, from: input.path)
        let modules = try description.modules()
        var folder = ImageFolder(root: images, besides: input.path)
        let launch = try description.launch(modules, &folder)
        let places = DescriptionPlaces(description: description, lcm: launch.lcm)
        let refusals = try LaunchCheck(description, modules, launch.lcm).refusals(&folder)
            .withoutRepeats(of: launch.lcm.impossibilities.map { places.refusal($0) })
        guard refusals.isEmpty else { throw CommandFailure.refusal(refusals, of: input.path) }
        let content =
            try format == .dtb
            ? description.compiled(modules, &folder) : launch.written(as: format.format, from: input.path)
        var files = [(content: content, path: output)]
        if let grub {
            let count = try LaunchControlContainer.tableCount(content, output)
            let entry = try GrubEntry(description).written(modules, output: output, tableCount: count)
            files.append((Array(entry.utf8), grub))
        }
        try HostFile.write(files)
    }
}

extension CompileCommand.Format {
    var format: LaunchFormat {
        switch self {
        case .dtb: .dtb
        case .xlcm: .xlcm
        }
    }
}

/// A .dts as dtc compiles it, with the images' properties filled in.
struct CompiledSource {
    private let path: String
    private let blob: [UInt8]
    private let launch: Launch

    init(_ input: LaunchInput, images: [UInt32: String], includes: [String]) throws(CommandFailure) {
        path = input.path
        let compiled = try DeviceTreeCompiler(includes: includes).compile(input.path, input.bytes)
        if images.isEmpty {
            blob = compiled
        } else {
            var tree = try LaunchInput.tree(compiled, path)
            var filler = TreeImages(images)
            try filler.fill(&tree, path)
            blob = tree.blob
        }
        launch = try Launch(compiled: blob, path)
    }

    /// A tree keeps what DomB does not read; other formats refuse it.
    func written(as format: LaunchFormat) throws(CommandFailure) -> [UInt8] {
        format == .dtb ? blob : try launch.written(as: format, from: path)
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct DecompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decompile", abstract: "Turn an LCM back into what people write.",
        discussion: """
            A device tree blob becomes a .dts that compiles to the same bytes: any tree, not only an LCM. An xLCM becomes \
            a YAML description.
            """)

    @Argument(help: "The LCM: a device tree blob or an xLCM.", completion: .file())
    var lcm: String
    @Option(name: .shortAndLong, help: "The file to write.", completion: .file())
    var output = "-"

    func run() throws {
        let input = try LaunchInput(reading: lcm)
        switch input.format {
        case .tree: try HostFile.write(Array(try input.tree().source.utf8), to: output)
        case .xlcm:
            let launch = try Launch(compiled: input.bytes, lcm)
            try HostFile.write(try launch.written(as: .yaml, from: lcm), to: output)
        case .source, .description: throw ValidationError("'\(lcm)' is what people write already")
        case .unknown: throw input.unknownFormat
        }
    }
}

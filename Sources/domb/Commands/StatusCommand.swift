// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LogReading
import Platform

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say whether a described launch is installed, and whether it is what runs.",
        usage: "domb status [<options>] <description>",
        discussion: """
            On the host: compares what domb install wrote with what it would write now, and reads the log of this boot from \
            Xen's console (xl dmesg, as root), or from --log. The console is no proof: that is domb verify. Exit code 0 if all \
            is well, 1 if something is not.
            """)

    @Option(
        help: "Folder of the image files that the description names. (default: the description's own)",
        completion: .directory)
    var images: String?
    @OptionGroup var places: InstallPlaces
    @Option(
        help: "A log of this boot, or a capture of its console. (default: what xl dmesg prints)", completion: .file())
    var log: String?
    @Argument(help: "A .yaml file.", completion: .file())
    var description: String

    func run() throws {
        let input = try LaunchInput(reading: description)
        guard input.format == .description else {
            throw ValidationError(
                "'\(description)': a YAML description is wanted: an LCM names no files (domb convert)")
        }
        let launch = try LaunchDescription(parsing: input.bytes, from: input.path)
        var status = HostStatus(description)
        status.addInstallation(launch, images: images, places)
        let boot = try log.map { (content: try HostFile.read($0, limit: LogInput.limit), name: $0) } ?? status.console()
        status.addBoot(boot)
        try StandardOutput.print(status.lines.joined(separator: "\n"))
        guard status.isGood else { throw CommandFailure.refusal("") }
    }
}

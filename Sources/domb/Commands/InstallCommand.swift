// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct InstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Make a described launch an entry of this machine's boot menu.",
        usage: "domb install [<options>] <description>",
        discussion: """
            Checks the description as domb check does, and the images in the boot domain's initramfs with it. Compiles it \
            and writes the LCM, its ACPI tables and the initramfs below the boot folder, and a script from which \
            update-grub makes a menu entry, behind all others. Run update-grub after it. Xen and the boot domain's kernel \
            have to be below the boot folder already. Nothing is replaced but what an \
            earlier domb install wrote and nobody changed since: otherwise exit code 1. Where the description's initramfs \
            is not there it is the one that domb build made of the same launch. docs/hardware.md goes through it.
            """)

    @Argument(help: "A .yaml file.", completion: .file())
    var description: String
    @Option(
        help: "Folder of the image files that the description names. (default: the description's own)",
        completion: .directory)
    var images: String?
    @OptionGroup var places: InstallPlaces
    @Flag(name: [.customShort("n"), .long], help: "Say what would be done, and do nothing.")
    var dryRun = false

    func run() throws {
        let input = try LaunchInput(reading: description)
        guard input.format == .description else {
            throw ValidationError(
                "'\(description)': a YAML description is wanted: an LCM names no files (domb convert)")
        }
        let launch = try LaunchDescription(parsing: input.bytes, from: input.path)
            .completed(byBuildOf: description, images: images)
        var checked = try CheckedLaunch(launch, images: images)
        let refusals = try checked.refusals(try AssumedHost.parse([]))
        checked.notes.write(for: input.path)
        guard refusals.isEmpty else {
            throw CommandFailure.refusal(refusals, of: input.path)
        }
        try Installation(launch, images: images, places).run(dryRun: dryRun, StandardOutput.print)
        if !dryRun { try StandardOutput.print("now run update-grub; grub-reboot domb boots the entry once") }
    }
}

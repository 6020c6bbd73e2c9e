// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct UninstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Remove what domb install wrote.",
        discussion: """
            Only files that are as they were written: others are named, with exit code 1, and nothing is removed. Run \
            update-grub after it.
            """)

    @OptionGroup var places: InstallPlaces
    @Flag(name: [.customShort("n"), .long], help: "Say what would be done, and do nothing.")
    var dryRun = false

    func run() throws {
        let installed = try InstalledFiles(in: places)
        guard !installed.isEmpty else { throw CommandFailure.noInput("\(places.list): nothing is installed") }
        var foreign: [String] = []
        for path in installed.paths where try installed.state(of: path) == .foreign { foreign.append(path) }
        guard foreign.isEmpty else { throw Installation.refusal(foreign) }
        // The script first: an entry without files would be worse than files without an entry.
        for path in installed.paths.reversed() where try installed.state(of: path) == .written {
            try StandardOutput.print("remove \(path)")
            if !dryRun { try HostFile.remove(path) }
        }
        guard !dryRun else { return }
        try HostFile.remove(places.list)
        try HostFile.removeFolder(places.folder)
        try StandardOutput.print("now run update-grub")
    }
}

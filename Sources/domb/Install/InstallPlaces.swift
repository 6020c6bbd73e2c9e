// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Where `domb install` writes.
struct InstallPlaces: ParsableArguments {
    @Option(help: ArgumentHelp("The folder that GRUB boots from.", valueName: "folder"), completion: .directory)
    var boot = "/boot"
    @Option(
        help: ArgumentHelp("The folder of the scripts that update-grub runs.", valueName: "folder"),
        completion: .directory)
    var grubD = "/etc/grub.d"
    @Flag(name: [.customShort("n"), .long], help: "Say what would be done, and do nothing.")
    var dryRun = false

    func validate() throws {
        for folder in [boot, grubD] {
            guard folder.hasPrefix("/"), !folder.hasSuffix("/"), !folder.contains(where: \.isNewline) else {
                throw ValidationError("'\(folder)': an absolute path without a slash at its end is wanted")
            }
        }
    }

    /// All of an installation but the script.
    var folder: String { "\(boot)/domb" }
    var list: String { "\(folder)/installed.sha256" }
    /// Behind Debian's 10_linux and 20_linux_xen: what is booted by default stays what it was.
    var script: String { "\(grubD)/45_domb" }
}

// SPDX-License-Identifier: Apache-2.0

/// The script that update-grub runs and whose output becomes a part of grub.cfg. Only update-grub knows what GRUB calls
/// the file system that has the boot folder.
struct InstalledScript {
    /// Stands for the boot folder as GRUB sees it.
    static let boot = "@BOOT@"
    private static let end = "END_OF_DOMB_ENTRY"

    let content: String

    /// `commands` have no line breaks in them.
    init(title: String, boot: String, commands: [String]) throws(CommandFailure) {
        guard !(commands + [title]).contains(where: { $0.contains(where: \.isNewline) }) else {
            throw .malformed("a path or an option has a line break in it")
        }
        let folder = "'" + boot.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        content = """
            #!/bin/sh
            # Written by domb install, removed by domb uninstall. Prints the menu entry that boots DomB; all others stay as
            # they are.
            set -e
            . "${pkgdatadir:-/usr/share/grub}/grub-mkconfig_lib"
            boot=\(folder)
            device=$("${grub_probe:-grub-probe}" --target=device "$boot")
            place=$(make_system_path_relative_to_its_root "$boot")
            echo "Found a launch for DomB: $boot/domb" >&2
            cat <<'\(Self.end)'
            menuentry \(title) --id domb {
                if [ "$grub_platform" = efi ]; then
                    insmod tpm
                fi
            \(Self.end)
            prepare_grub_to_access_device "$device" | sed 's/^/    /'
            sed "s|\(Self.boot)|$place|g" <<'\(Self.end)'
            \(commands.joined(separator: "\n"))
            }
            \(Self.end)

            """
    }
}

# SPDX-License-Identifier: Apache-2.0
"""Commands of the documents that their test does not run, each with the reason; what they name is looked at."""
from documents import Command

# Too long for here, or in need of root: what they name is looked at instead.
ELSEWHERE = {
    "make": "builds and boots; its target is in the Makefile",
    "swift": "builds",
    "python3": "boots, benchmarks, or is what runs this test",
    **dict.fromkeys(("sudo", "apt", "apt-get", "dpkg", "grub-install", "grub-mkconfig", "grub-reboot", "grub-script-check",
                     "update-grub", "systemctl", "mount", "umount", "reboot", "xl", "efibootmgr", "git", "cp", "mkdir",
                     "install"), "changes a host or asks one"),
    "initramfs/build.sh": "needs a kernel's modules; every boot of the rig runs it",
    "Fuzz/build.sh": "builds", "Fuzz/run.sh": "needs that build", ".build-fuzz/fuzz-module": "is made by that build",
}
# The same by the command's beginning, and the document where it is not the same everywhere.
NOT_HERE = {
    ("", "domb install"): "writes to /boot and /etc", ("", "domb uninstall"): "removes from /boot and /etc",
    ("", "domb status"): "asks a host",
    ("docs/hardware.md", "domb build"): "needs the machine's kernel and Xen; docs/quickstart.md runs it",
    ("docs/hardware.md", "sha256sum"): "needs an installation; Tests/DombTests/InstallTests.swift reads the list",
    ("docs/hardware.md", "domb verify"): "the quote is made in docs/verify.md, where this runs",
    ("docs/classic-dom0.md", "domb verify"): "its log is a command's: scenario dom0-predicted",
}


def is_elsewhere(command: Command) -> bool:
    return command.program in ELSEWHERE or any(command.document.startswith(place) and command.text.startswith(start)
                                               for place, start in NOT_HERE)

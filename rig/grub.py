# SPDX-License-Identifier: Apache-2.0
"""The road that real machines take: OVMF, the GRUB that Debian signs, the menu entry that `domb install` makes, its
`acpi` command, multiboot2 Xen. GRUB's tpm module measures every command into PCR 8 and every file that it reads into
PCR 9. GRUB hands a table on byte for byte, wrong checksum included. QEMU's -acpitable does not: acpi_table_install
(hw/acpi/core.c) writes length and checksum anew."""
import shutil
from pathlib import Path

import paths
from qemu import LINUX_OPTIONS, Machine
from tools import run

# As grub-install writes it beside GRUB; the one that matters is found by it.
FIND_CONFIGURATION = """search --file --set=root /boot/grub/grub.cfg
set prefix=($root)/boot/grub
configfile $prefix/grub.cfg
"""
# The way back comes first and is what GRUB boots by itself; here the new entry is asked for, as grub-reboot does it.
OTHER_ENTRIES = """set default="{chosen}"
set timeout=0
menuentry 'Debian GNU/Linux' {{
    echo 'the old entry'
    halt
}}
"""
# What grub-probe would say of the disk; it wants a block device.
PROBE = """#!/bin/sh
case "$*" in
*--target=device*) echo /dev/vda1 ;;
*--target=partmap*) echo msdos ;;
*--target=fs) echo fat ;;
*--target=compatibility_hint) echo hd0,msdos1 ;;
*--target=fs_uuid) exit 1 ;;
esac
"""
PATH_ON_DISK = "#!/bin/sh\necho /boot\n"


def launcher(machine: Machine) -> tuple:
    """(what GRUB reads and measures, and GRUB itself, which the firmware measures; the folder of its modules)."""
    esp = machine.esp
    boot = esp / "boot"
    tables = sorted(boot.rglob("lcm*.aml"))
    return [esp / "EFI/BOOT/BOOTX64.EFI", esp / "EFI/debian/grub.cfg", boot / "grub/grub.cfg", *tables, boot / "xen.gz",
            boot / "vmlinuz", next(boot.rglob("initr*"))], boot / "grub/x86_64-efi"


def _esp(machine: Machine) -> Path:
    """The FAT disk's folder without the last word, grub.cfg; `machine.xen` is the multiboot2 image."""
    esp = machine.work / "esp"
    shutil.rmtree(esp, ignore_errors=True)
    for folder in ("EFI/BOOT", "EFI/debian", "boot/grub"):
        (esp / folder).mkdir(parents=True)
    shutil.copyfile(paths.GRUB_MODULES / "monolithic/grubx64.efi", esp / "EFI/BOOT/BOOTX64.EFI")
    (esp / "EFI/debian/grub.cfg").write_text(FIND_CONFIGURATION)
    shutil.copytree(paths.GRUB_MODULES, esp / "boot/grub/x86_64-efi", ignore=shutil.ignore_patterns("monolithic"))
    shutil.copyfile(machine.xen, esp / "boot/xen.gz")
    shutil.copyfile(machine.kernel, esp / "boot/vmlinuz")
    return esp


def _finish(esp: Path, entry: str, chosen: str) -> None:
    configuration = esp / "boot/grub/grub.cfg"
    configuration.write_text(OTHER_ENTRIES.format(chosen=chosen) + entry)
    run("grub-script-check", configuration)


def by_hand(machine: Machine, tables: list) -> None:
    """An entry for tables that `domb install` would not make."""
    machine.esp = esp = _esp(machine)
    shutil.copyfile(machine.initramfs, esp / "boot/initrd.gz")
    for number, table in enumerate(tables, 1):
        shutil.copyfile(table, esp / f"boot/lcm{number}.aml")
    commands = [f"acpi /boot/lcm{number}.aml" for number in range(1, len(tables) + 1)]
    commands += [f"multiboot2 /boot/xen.gz {machine.xen_base} {machine.xen_options}",
                 f"module2 /boot/vmlinuz {LINUX_OPTIONS} {machine.linux_options}", "module2 --nounzip /boot/initrd.gz"]
    _finish(esp, "menuentry hand --id hand {\n" + "\n".join(commands) + "\n}\n", "hand")


def install(machine: Machine, lcm: Path) -> Path:
    """What a person does: a description, `domb install`, update-grub's part of it. Returns the installed LCM."""
    work = machine.work
    machine.esp = esp = _esp(machine)
    description = work / "launch.yaml"
    run(paths.DOMB, "convert", lcm, "--format", "yaml", "--output", description)
    with open(description, "a") as file:
        file.write(f"builder: construct\nxen:\n  path: xen.gz\n  options: {machine.xen_base} {machine.xen_options}\n"
                   f"boot_domain:\n  kernel: vmlinuz\n  initramfs: {machine.initramfs.name}\n"
                   f"  cmdline: {LINUX_OPTIONS} {machine.linux_options}\n")
    scripts = work / "grub.d"
    scripts.mkdir(exist_ok=True)
    for name, text in (("probe", PROBE), ("relative", PATH_ON_DISK)):
        (work / name).write_text(text)
        (work / name).chmod(0o755)
    run(paths.DOMB, "install", description, "--boot", esp / "boot", "--grub-d", scripts)
    entry = run(scripts / "45_domb", env={"PATH": "/usr/bin:/bin", "pkgdatadir": "/usr/share/grub",
                                          "grub_probe": work / "probe", "grub_mkrelpath": work / "relative"})
    _finish(esp, entry, "domb")
    return esp / "boot/domb/lcm.dtb"

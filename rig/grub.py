# SPDX-License-Identifier: Apache-2.0
"""The other road: OVMF, GRUB's `acpi` command, multiboot2 Xen. GRUB's tpm module measures every command into PCR 8 and
every file that it reads into PCR 9. GRUB hands a table on byte for byte, wrong checksum
included. QEMU's -acpitable does not: acpi_table_install (hw/acpi/core.c) writes length and checksum anew."""
import shutil
from pathlib import Path

import paths
from qemu import LINUX_OPTIONS, XEN_OPTIONS, Machine
from tools import run

MODULES = ("part_gpt part_msdos fat normal configfile search search_fs_file multiboot2 acpi serial terminal gzio boot "
           "echo tpm").split()
FIND_CONFIGURATION = """search --file --set=root /boot/grub/grub.cfg
set prefix=($root)/boot/grub
configfile /boot/grub/grub.cfg
"""


def measured_files(machine: Machine) -> list:
    """What GRUB reads and measures, and GRUB itself, which the firmware measures."""
    esp = machine.esp
    return [esp / "EFI/BOOT/BOOTX64.EFI", esp / "boot/grub/grub.cfg", *sorted(esp.glob("lcm*.aml")), esp / "xen.gz",
            esp / "vmlinuz", esp / "initrd.gz"]


def make_esp(machine: Machine, tables: list) -> Path:
    """The FAT disk's folder; `machine.xen` is the multiboot2 image."""
    esp = machine.work / "esp"
    shutil.rmtree(esp, ignore_errors=True)
    (esp / "EFI/BOOT").mkdir(parents=True)
    (esp / "boot/grub").mkdir(parents=True)
    embedded = machine.work / "grub-embedded.cfg"
    embedded.write_text(FIND_CONFIGURATION)
    run("grub-mkimage", "-d", paths.GRUB_MODULES, "-O", "x86_64-efi", "-o", esp / "EFI/BOOT/BOOTX64.EFI",
        "-p", "/boot/grub", "-c", embedded, *MODULES)
    shutil.copyfile(machine.xen, esp / "xen.gz")
    shutil.copyfile(machine.kernel, esp / "vmlinuz")
    shutil.copyfile(machine.initramfs, esp / "initrd.gz")
    lines = []
    for number, table in enumerate(tables, 1):
        shutil.copyfile(table, esp / f"lcm{number}.aml")
        lines.append(f"acpi /lcm{number}.aml")
    lines += [f"multiboot2 /xen.gz {XEN_OPTIONS} {machine.xen_options}",
              f"module2 /vmlinuz {LINUX_OPTIONS} {machine.linux_options}",
              "module2 --nounzip /initrd.gz", "boot"]
    (esp / "boot/grub/grub.cfg").write_text("\n".join(lines) + "\n")
    return esp

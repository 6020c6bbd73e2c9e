# SPDX-License-Identifier: Apache-2.0
"""One virtual machine under TCG: OVMF, a FAT disk that holds Xen and the boot domain, a serial console that is
logged and that takes Xen's debug keys, and a machine end that is noticed but waited out, so that the TPM's state
can still be read."""
import fcntl
import os
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import paths
from qmp import Monitor

# PVH dom0 needs nested SVM with NPT; the small translation buffer keeps self-modifying pages from stalling TCG.
CPU = "qemu64,+svm,+npt"
XEN_CONSOLE = "console=com1 com1=115200,8n1,0x3f8 loglvl=info guest_loglvl=all noreboot=no"
XEN_OPTIONS = f"{XEN_CONSOLE} dom0=pvh,pf-fixup dom0-iommu=none dom0_mem=384M"
# A PV boot domain: Xen 4.17 keeps the TPM and the ACPI tables from a PVH one. Of this model TCG lacks what is taken out.
PV_CPU = "EPYC,-rdtscp,-smap,-smep,-monitor"
PV_XEN_OPTIONS = f"{XEN_CONSOLE} dom0_mem=384M"
# What Linux lets any user ask for (fs.pipe-max-size); the longest log so far has 80 KB.
PIPE_BYTES = 1 << 20
LINUX_OPTIONS = "console=hvc0 rdinit=/init panic=5 quiet"


@dataclass
class Machine:
    """What one boot is made of. Paths are of existing files; `work` is the boot's own folder, and tables, TPM socket
    and esp are in it."""
    work: Path
    xen: Path
    kernel: Path
    initramfs: Path
    xen_base: str = XEN_OPTIONS
    xen_options: str = ""
    linux_options: str = ""
    tables: list = field(default_factory=list)
    tpm_control: Path | None = None
    timeout: int = 180
    memory: int = 1024
    cpus: int = 1
    cpu: str = CPU
    # "+aes,+rdrand": after the cpu model's own.
    cpu_features: str = ""
    # A ready FAT folder (the GRUB road); None makes the usual one with xen.efi.
    esp: Path | None = None
    # A FLASK policy for Xen.
    policy: Path | None = None
    # Domains that have the second serial port, the third ...: what comes there is theirs.
    serial: tuple = ()
    # QEMU is held by a signal as soon as the serial port has said this; `stop` is what frees it.
    held_at: bytes = b""


def make_esp(machine: Machine) -> Path:
    """The FAT disk's folder: xen.efi as the default boot program, with its configuration beside it."""
    esp = machine.work / "esp"
    boot = esp / "EFI/BOOT"
    shutil.rmtree(esp, ignore_errors=True)
    boot.mkdir(parents=True)
    shutil.copyfile(machine.xen, boot / "BOOTX64.EFI")
    shutil.copyfile(machine.kernel, boot / "vmlinuz")
    shutil.copyfile(machine.initramfs, boot / "initrd.gz")
    if machine.policy:
        shutil.copyfile(machine.policy, boot / "xenpolicy")
    (boot / "BOOTX64.cfg").write_text(
        "[global]\ndefault=domb\n[domb]\n"
        f"options={machine.xen_base} {machine.xen_options}\n"
        f"kernel=vmlinuz {LINUX_OPTIONS} {machine.linux_options}\n"
        "ramdisk=initrd.gz\n" + ("xsm=xenpolicy\n" if machine.policy else ""))
    return esp


def _console_pipes(work: Path) -> tuple:
    """The serial port's two pipes, the rig's ends of them: (from the machine, to it). A pipe that holds the whole log,
    because whoever reads it may be slow: a Unix socket takes some 270 single bytes, then the serial port waits, and
    what Xen still has when the boot domain switches the machine off is lost. (QEMU's logfile= is no way out: with a
    socket that is full it writes bytes twice.)"""
    for name in ("serial.in", "serial.out"):
        (work / name).unlink(missing_ok=True)
        os.mkfifo(work / name)
    # Non-blocking, or the open would wait for QEMU.
    from_machine = os.open(work / "serial.out", os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(from_machine, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    os.set_blocking(from_machine, True)
    return from_machine, os.open(work / "serial.in", os.O_RDWR)


def _text(log: Path) -> str:
    return log.read_bytes().decode("utf-8", "backslashreplace")


class Running:
    """A machine that runs. Use as a context manager: leaving it ends QEMU."""

    def __init__(self, machine: Machine):
        self.machine = machine
        work = machine.work
        self.console_log = work / "console.log"
        self.debugcon_log = work / "debugcon.log"
        (work / "qemu.pid").unlink(missing_ok=True)
        for log in (self.console_log, self.debugcon_log, *map(self._serial_log, machine.serial)):
            log.write_bytes(b"")
        self.started = time.monotonic()
        self._reader = None
        self._is_closed = False
        self._errors = open(work / "qemu.log", "wb")
        self._from_machine, self._to_machine = _console_pipes(work)
        # QEMU and swtpm meet in the working folder, by short names: a socket's path may have 107 bytes at most.
        self.process = subprocess.Popen(self._command(), cwd=work, stdin=subprocess.DEVNULL, stdout=self._errors,
                                        stderr=subprocess.STDOUT)
        try:
            self.monitor = Monitor(work / "qmp.sock", self.is_running)
            self._reader = threading.Thread(target=self._copy_console, daemon=True)
            self._reader.start()
            self.monitor.command("cont")
        except (OSError, RuntimeError) as error:
            self.close()
            raise RuntimeError(f"QEMU did not start: {error}; {self.errors()}") from error

    def _command(self) -> list:
        machine, work = self.machine, self.machine.work
        esp = machine.esp or make_esp(machine)
        shutil.copyfile(paths.OVMF_VARS, work / "vars.fd")
        command = [
            # The hard limit does not depend on this program being alive.
            "timeout", "--signal=KILL", str(machine.timeout), "qemu-system-x86_64",
            "-pidfile", "qemu.pid",
            "-machine", "q35,smm=off",
            # With several cpus only a thread for each works.
            "-accel", "tcg,tb-size=16" + (",thread=multi" if machine.cpus > 1 else ""),
            "-cpu", ",".join(filter(None, (machine.cpu, machine.cpu_features))), "-smp", str(machine.cpus),
            "-m", str(machine.memory), "-nodefaults", "-display", "none", "-monitor", "none",
            "-no-reboot", "-no-shutdown", "-S",
            "-qmp", "unix:qmp.sock,server=on,wait=off",
            "-chardev", "pipe,id=serial,path=serial", "-serial", "chardev:serial",
            *(word for domid in machine.serial for word in ("-serial", f"file:{self._serial_log(domid).name}")),
            "-debugcon", f"file:{self.debugcon_log.name}",
            "-drive", f"if=pflash,format=raw,readonly=on,file={paths.OVMF_CODE}",
            "-drive", "if=pflash,format=raw,file=vars.fd",
            "-drive", f"format=raw,file=fat:rw:{esp.name},if=none,id=esp",
            "-device", "virtio-blk-pci,drive=esp,bootindex=0",
        ]
        for table in machine.tables:
            command += ["-acpitable", f"file={table.name}"]
        if machine.tpm_control:
            command += ["-chardev", f"socket,id=tpm,path={machine.tpm_control.name}",
                        "-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device", "tpm-tis,tpmdev=tpm0"]
        return command

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def seconds(self) -> float:
        return time.monotonic() - self.started

    def console(self) -> str:
        """Everything that the serial ports said so far, the domains' own as Xen would have it: with "(dN) " before each
        line. What the machine wrote is not trusted to be text."""
        text = _text(self.console_log)
        for domid in self.machine.serial:
            text += "".join(f"(d{domid}) {line}\n" for line in _text(self._serial_log(domid)).splitlines())
        return text

    def _serial_log(self, domid: int) -> Path:
        return self.machine.work / f"serial-{domid}.log"

    def debugcon(self) -> str:
        """Everything that port 0xe9 outside of Xen's reach said so far: the hardware domain's."""
        return _text(self.debugcon_log)

    def end(self) -> str | None:
        """How the guest ended the machine ("power off", "reset"), "timeout" or "QEMU died", None while it runs."""
        reason = self.monitor.shutdown_reason()
        if reason:
            return reason
        if self.is_running():
            return None
        # `timeout` ends by the signal that it sent.
        killed = (124, 137, -signal.SIGKILL)
        return "timeout" if self.process.returncode in killed else f"QEMU died ({self.process.returncode})"

    def errors(self) -> str:
        return (self.machine.work / "qemu.log").read_text(errors="replace").strip()

    def type(self, keys: bytes) -> None:
        """Types on the serial console."""
        os.write(self._to_machine, keys)

    def stop(self) -> None:
        """The machine stands still until "cont", and QEMU takes commands: at `held_at`, if that was said."""
        self.monitor.send("stop")
        os.kill(self._pid(), signal.SIGCONT)
        self.monitor.answer("stop")

    def _pid(self) -> int:
        return int((self.machine.work / "qemu.pid").read_text())

    def _copy_console(self) -> None:
        """Takes what the serial port says into the log, to its end, which comes with QEMU's."""
        wanted, said = self.machine.held_at, b""
        with open(self.console_log, "ab", buffering=0) as log:
            while data := os.read(self._from_machine, 65536):
                # A poll would see it too late: Xen gives the memory away in which the firmware's log lies.
                if wanted and wanted in (said := said[-len(wanted):] + data):
                    os.kill(self._pid(), signal.SIGSTOP)
                    wanted = b""
                log.write(data)

    def close(self) -> None:
        """Kills QEMU by its id. Asked politely it would tell swtpm to end, and the PCRs would be gone."""
        if self._is_closed:
            return
        self._is_closed = True
        if self.is_running() and (self.machine.work / "qemu.pid").exists():
            os.kill(self._pid(), signal.SIGKILL)
        elif self.is_running():
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        if self._reader:
            self._reader.join(10)
        for descriptor in (self._from_machine, self._to_machine):
            os.close(descriptor)
        self._errors.close()

# SPDX-License-Identifier: Apache-2.0
"""The software TPM of a boot, and the reading of its PCRs from saved state: a second swtpm is given what the first
one held, so nothing that ran in the machine has a say in what is read."""
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path


class TPM:
    """A fresh swtpm. Use as a context manager: leaving it ends it by its id."""

    def __init__(self, work: Path):
        work = work.resolve()
        self.state = work / "tpm"
        self.control = work / "tpm.ctrl"
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir()
        self.control.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.state.name}",
             "--ctrl", f"type=unixio,path={self.control.name}", "--log", "file=swtpm.log,level=1"],
            cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait_for(self.control, self._process, "swtpm")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _end(self._process)

    def save(self) -> tuple:
        """Saves what the running TPM holds, once QEMU has been killed: swtpm listens to one client at a time."""
        volatile, permanent = self.state / "saved-volatile", self.state / "saved-permanent"
        for kind, blob in (("volatile", volatile), ("permanent", permanent)):
            blob.unlink(missing_ok=True)
            _ioctl(self.control, "--save", kind, str(blob))
        return volatile, permanent


def read_pcrs(work: Path, saved: tuple) -> str:
    """Loads saved state into a second swtpm and returns what tpm2_pcrread prints of it, all banks."""
    volatile, permanent = saved
    state = work / "tpm-read"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir()
    server = state / "tpm"
    control = Path(f"{server}.ctrl")
    process = subprocess.Popen(
        ["swtpm", "socket", "--tpm2", "--tpmstate", "dir=.", "--ctrl", f"type=unixio,path={control.name}",
         "--server", f"type=unixio,path={server.name}"],
        cwd=state, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(control, process, "the second swtpm")
        _ioctl(control, "--load", "permanent", str(permanent))
        _ioctl(control, "--load", "volatile", str(volatile))
        _ioctl(control, "-i")
        environment = dict(os.environ, TPM2TOOLS_TCTI=f"swtpm:path={server.name}")
        done = subprocess.run(["tpm2_pcrread"], cwd=state, env=environment, capture_output=True, text=True, timeout=30)
        if done.returncode != 0:
            raise RuntimeError(f"tpm2_pcrread failed ({done.returncode}): {done.stderr.strip()}")
        return done.stdout
    finally:
        _end(process)


def _ioctl(control: Path, *arguments: str) -> None:
    done = subprocess.run(["swtpm_ioctl", "--unix", control.name, *arguments], cwd=control.parent, capture_output=True,
                          text=True, timeout=30)
    if done.returncode != 0:
        raise RuntimeError(f"swtpm_ioctl {' '.join(arguments)} failed ({done.returncode}): {done.stderr.strip()}")


def _wait_for(socket_path: Path, process: subprocess.Popen, name: str) -> None:
    deadline = time.monotonic() + 10
    while not socket_path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            _end(process)
            raise RuntimeError(f"{name} did not start (its socket {socket_path.name} never came)")
        time.sleep(0.02)


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

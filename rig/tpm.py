# SPDX-License-Identifier: Apache-2.0
"""The software TPM of a boot, and the reading of its PCRs from saved state: a second swtpm is given what the first
one held, so nothing that ran in the machine has a say in what is read."""
import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path


class TPM:
    """A fresh swtpm. Use as a context manager: leaving it ends it by its id."""

    def __init__(self, work: Path, banks: tuple = ()):
        work = work.resolve()
        self.state = work / "tpm"
        self.control = work / "tpm.ctrl"
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir()
        self.control.unlink(missing_ok=True)
        if banks:
            _run(["swtpm_setup", "--tpm2", "--tpmstate", str(self.state), "--pcr-banks", ",".join(banks)], work)
        self._process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.state.name}",
             "--ctrl", f"type=unixio,path={self.control.name}", "--log", "file=swtpm.log,level=1"],
            cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait_for(self.control, self._process, "swtpm")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _end(self._process)

    def kill(self) -> None:
        self._process.kill()

    def save(self) -> tuple:
        """Saves what the running TPM holds, once QEMU has been killed: swtpm listens to one client at a time."""
        volatile, permanent = self.state / "saved-volatile", self.state / "saved-permanent"
        for kind, blob in (("volatile", volatile), ("permanent", permanent)):
            blob.unlink(missing_ok=True)
            _ioctl(self.control, "--save", kind, str(blob))
        return volatile, permanent


@contextlib.contextmanager
def revived(work: Path, saved: tuple):
    """A second swtpm with what the first one held: gives a function that runs a program of tpm2-tools against it, in
    the folder that it has, and returns its output."""
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
        yield lambda *command: _run(command, state, environment)
    finally:
        _end(process)


@contextlib.contextmanager
def served(work: Path, banks: tuple):
    """A fresh swtpm, started, for programs of tpm2-tools: gives the environment that leads them to it."""
    state = work / "state"
    state.mkdir()
    _run(["swtpm_setup", "--tpm2", "--tpmstate", str(state), "--pcr-banks", ",".join(banks)], work)
    server, control = work / "tpm", work / "tpm.ctrl"
    process = subprocess.Popen(
        ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state.name}", "--flags", "startup-clear",
         "--ctrl", f"type=unixio,path={control.name}", "--server", f"type=unixio,path={server.name}"],
        cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(control, process, "swtpm")
        yield {"TPM2TOOLS_TCTI": f"swtpm:path={server}"}
    finally:
        _end(process)


def read_pcrs(work: Path, saved: tuple) -> str:
    """What tpm2_pcrread prints of saved state, all banks."""
    with revived(work, saved) as tool:
        return tool("tpm2_pcrread")


NONCE = "00112233445566778899aabbccddeeff"


def quote(work: Path, saved: tuple, pcrs: list, banks: list) -> Path:
    """Quotes the PCRs in these banks with a fresh key. Leaves ak.pem, quote.msg, quote.sig and quote.pcrs in the folder
    that it returns."""
    with revived(work, saved) as tool:
        tool("tpm2_createek", "-c", "ek.ctx", "-G", "ecc")
        tool("tpm2_createak", "-C", "ek.ctx", "-c", "ak.ctx", "-G", "ecc", "-g", "sha256", "-s", "ecdsa", "-u", "ak.pem",
             "-f", "pem")
        tool("tpm2_flushcontext", "-t")
        selection = "+".join(f"{bank}:{','.join(map(str, pcrs))}" for bank in banks)
        tool("tpm2_quote", "-c", "ak.ctx", "-l", selection, "-q", NONCE, "-m", "quote.msg", "-s", "quote.sig",
             "-o", "quote.pcrs", "-g", "sha256")
    return work / "tpm-read"


def _run(command, folder: Path, environment: dict | None = None) -> str:
    done = subprocess.run(list(command), cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}): {(done.stderr or done.stdout).strip()}")
    return done.stdout


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

# SPDX-License-Identifier: Apache-2.0
"""A transport between a launch and a real swtpm that does to one command what can go wrong on the way, and the raw
commands that the tests themselves send. TPM 2.0 Library, parts 2 and 3, for the bytes; swtpm's control channel as
its manual page (swtpm_ioctls) has it."""
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_NO_SESSIONS, _SESSIONS = 0x8001, 0x8002
EXTEND, READ = 0x182, 0x17E
_RESET, _STARTUP = 0x13D, 0x144
_CONTROL_INIT, _CONTROL_LOCALITY = 2, 5
_PASSWORD = struct.pack(">IIHBH", 9, 0x40000009, 0, 0, 0)


@dataclass(frozen=True)
class Fault:
    """What happens to one command. `lose`: it is carried out, and the connection breaks before the answer. `drop`: the
    connection breaks before it is carried out. `pretend`: an extend is answered with success and not carried out.
    `truncate`, `garble`: carried out, and the answer is cut short, or has one bit turned over. `stall`: the answer comes
    late. `reset`: the TPM is reset and started before it. `vanish`: the TPM is gone from there on. `refuse`: the TPM
    answers with a code and does nothing."""
    kind: str
    code: int = 0


@contextmanager
def chip(banks: tuple):
    """A chip, and a folder for what comes of it; both are gone behind it."""
    # A socket's path may have 107 bytes.
    work = Path(tempfile.mkdtemp(prefix="domb-tpm-"))
    try:
        made = Chip(work, banks)
        try:
            yield made, work
        finally:
            made.close()
    finally:
        shutil.rmtree(work, ignore_errors=True)


class Chip:
    """A real swtpm on a socket of its own, reset before every launch."""

    def __init__(self, work: Path, banks: tuple):
        self.server, self.control = work / "chip", work / "chip.ctrl"
        state = work / "chip-state"
        state.mkdir(parents=True)
        subprocess.run(["swtpm_setup", "--tpm2", "--tpmstate", str(state), "--pcr-banks", ",".join(banks)], check=True,
                       capture_output=True, timeout=60)
        self._process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--ctrl", f"type=unixio,path={self.control}",
             "--server", f"type=unixio,path={self.server}", "--flags", "not-need-init"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not (self.server.exists() and self.control.exists()):
            if time.monotonic() > deadline:
                raise RuntimeError("swtpm did not start")
            time.sleep(0.01)

    def control_command(self, request: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.control))
            line.sendall(request)
            return line.recv(4096)

    def command(self, request: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.server))
            return exchange(line, request)

    def reset(self) -> None:
        self.control_command(struct.pack(">II", _CONTROL_INIT, 0))
        # swtpm keeps the last client's locality, and Startup is for 0 and 3.
        self._set_locality(0)
        _checked(self.command(struct.pack(">HIIH", _NO_SESSIONS, 12, _STARTUP, 0)), "TPM2_Startup")

    def begin_dynamic(self, pcr: int) -> None:
        """Zeros in one of PCR 20 to 22, which TPM2_PCR_Reset gives from locality 2."""
        self._set_locality(2)
        body = struct.pack(">I", pcr) + _PASSWORD
        _checked(self.command(struct.pack(">HII", _SESSIONS, 10 + len(body), _RESET) + body), "TPM2_PCR_Reset")
        self._set_locality(0)

    def _set_locality(self, locality: int) -> None:
        self.control_command(struct.pack(">IB", _CONTROL_LOCALITY, locality))

    def pcr(self, index: int, algorithm: int) -> bytes:
        selection = bytearray(3)
        selection[index // 8] = 1 << index % 8
        body = struct.pack(">IHB", 1, algorithm, 3) + bytes(selection)
        answer = self.command(struct.pack(">HII", _NO_SESSIONS, 10 + len(body), READ) + body)
        _checked(answer, "TPM2_PCR_Read")
        # Behind the header: update counter, one selection, one digest.
        (size,) = struct.unpack_from(">H", answer, 10 + 4 + 10 + 4)
        return answer[10 + 4 + 10 + 4 + 2:][:size]

    def close(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


def _checked(answer: bytes, name: str) -> None:
    (code,) = struct.unpack_from(">I", answer, 6)
    if code:
        raise RuntimeError(f"{name}: 0x{code:x}")


def _exactly(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = line.recv(count - len(data))
        if not piece:
            raise ConnectionError
        data += piece
    return data


def receive(line: socket.socket) -> bytes:
    """One command or answer: tag, size, code, and what else the size counts."""
    header = _exactly(line, 10)
    return header + _exactly(line, struct.unpack_from(">I", header, 2)[0] - 10)


def exchange(line: socket.socket, request: bytes) -> bytes:
    line.sendall(request)
    return receive(line)


class Transport:
    """Stands where swtpm's sockets are expected, for one launch. Use as a context manager."""

    def __init__(self, chip: Chip, path: Path, faults: dict):
        self.chip, self.path, self.faults = chip, path, faults
        # Codes of the commands that came, in order.
        self.commands = []
        self.vanished = False
        self._listeners = []

    def __enter__(self):
        for path, serve in ((self.path, self._serve_commands), (Path(f"{self.path}.ctrl"), self._serve_control)):
            path.unlink(missing_ok=True)
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(path))
            listener.listen(4)
            self._listeners.append(listener)
            threading.Thread(target=self._accept, args=(listener, serve), daemon=True).start()
        return self

    def __exit__(self, *_):
        for listener in self._listeners:
            # Wakes the thread that waits in accept.
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()

    def _accept(self, listener: socket.socket, serve) -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                try:
                    if not self.vanished:
                        serve(line)
                except (ConnectionError, OSError):
                    pass

    def _serve_control(self, line: socket.socket) -> None:
        while request := line.recv(4096):
            if self.vanished:
                return
            line.sendall(self.chip.control_command(request))

    def _serve_commands(self, line: socket.socket) -> None:
        with socket.socket(socket.AF_UNIX) as chip:
            chip.connect(str(self.chip.server))
            while True:
                request = receive(line)
                (code,) = struct.unpack_from(">I", request, 6)
                fault = self.faults.get(len(self.commands))
                self.commands.append(code)
                answer, breaks = self._answer(chip, request, fault)
                if answer:
                    line.sendall(answer)
                if breaks:
                    return

    def _answer(self, chip: socket.socket, request: bytes, fault: Fault | None) -> tuple:
        """The bytes to send, and whether the connection breaks then."""
        kind = fault.kind if fault else ""
        if kind == "refuse":
            return struct.pack(">HII", _NO_SESSIONS, 10, fault.code), False
        if kind == "pretend":
            return struct.pack(">HIII", _SESSIONS, 19, 0, 0) + b"\0\0\1\0\0", False
        if kind in ("drop", "vanish"):
            self.vanished = self.vanished or kind == "vanish"
            return b"", True
        if kind == "reset":
            # Over a connection of its own, which swtpm takes once this one is given up.
            chip.close()
            self.chip.reset()
            return self.chip.command(request), True
        if kind == "stall":
            time.sleep(1)
        answer = exchange(chip, request)
        if kind == "lose":
            return b"", True
        if kind == "truncate":
            return answer[:-3], True
        if kind == "garble":
            return answer[:-1] + bytes([answer[-1] ^ 1]), False
        return answer, False

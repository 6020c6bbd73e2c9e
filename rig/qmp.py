# SPDX-License-Identifier: Apache-2.0
"""QEMU's machine protocol, as far as the rig needs it: start the machine, and hear how the guest ended it."""
import json
from pathlib import Path

from sockets import connect

REASONS = {"guest-shutdown": "power off", "guest-reset": "reset", "guest-panic": "panic"}


class Monitor:
    def __init__(self, path: Path, alive, patience: float = 10):
        self._buffer = b""
        self._events = []
        self._socket = connect(path, alive, patience)
        self._socket.settimeout(patience)
        self._read_message()
        self.command("qmp_capabilities")
        # To write out a gigabyte of memory takes a busy machine its time.
        self._socket.settimeout(90)

    def _read_message(self) -> dict:
        while b"\n" not in self._buffer:
            data = self._socket.recv(65536)
            if not data:
                raise RuntimeError("QEMU closed its monitor")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        return json.loads(line)

    def command(self, name: str, **arguments) -> dict:
        self.send(name, **arguments)
        return self.answer(name)

    def send(self, name: str, **arguments) -> None:
        self._socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")

    def answer(self, name: str) -> dict:
        while True:
            message = self._read_message()
            if "event" in message:
                self._events.append(message)
            elif "error" in message:
                raise RuntimeError(f"QEMU refused {name}: {message['error'].get('desc')}")
            else:
                return message

    def shutdown_reason(self) -> str | None:
        """How the guest ended the machine; None while it goes on."""
        self._poll()
        for event in self._events:
            if event["event"] == "SHUTDOWN" and event["data"].get("guest"):
                reason = event["data"].get("reason", "unknown")
                return REASONS.get(reason, reason)
        return None

    def _poll(self) -> None:
        """Takes in the events that are there, without waiting."""
        patience = self._socket.gettimeout()
        self._socket.setblocking(False)
        try:
            while data := self._socket.recv(65536):
                self._buffer += data
        except OSError:
            pass
        finally:
            self._socket.settimeout(patience)
        while b"\n" in self._buffer:
            message = self._read_message()
            if "event" in message:
                self._events.append(message)

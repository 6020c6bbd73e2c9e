# SPDX-License-Identifier: Apache-2.0
"""Connecting to a Unix socket that another program is about to make."""
import os
import socket
import time
from pathlib import Path


def connect(path: Path, alive, patience: float = 10) -> socket.socket:
    """Tries until it is there; gives up when `alive()` says that its maker is gone, or after `patience` seconds."""
    deadline = time.monotonic() + patience
    # Through the folder's descriptor, because a socket's path may have 107 bytes at most.
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        while True:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(f"/proc/self/fd/{folder}/{path.name}")
                return connection
            except OSError:
                connection.close()
                if not alive() or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
    finally:
        os.close(folder)

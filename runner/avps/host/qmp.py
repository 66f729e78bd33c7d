# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of QMP, QEMU's control protocol: as much of it as host actions need.

It never waits: a command is sent, and what comes back is read when the socket is readable.
"""

from __future__ import annotations

import json
import socket
from typing import Any, Callable

_MOST = 1 << 20  # bytes in one line of QMP
_CHUNK = 65536
_CLOSED = "QEMU has closed its QMP socket"

# Told how a command ended: None if well, else why not.
Done = Callable[["str | None"], None]


class Qmp:
    """QMP over a connected socket, which stays the caller's.

    `lost` is None, or says why nothing more can be asked.
    """

    def __init__(self, sock: socket.socket) -> None:
        """Take over a socket that QEMU is connected to, or will be."""
        self.socket = sock
        self.lost: str | None = None
        self._buffer = bytearray()
        self._ready = False
        self._unsent: list[dict[str, Any]] = []
        self._waiting: dict[int, Done] = {}
        self._next = 1

    def execute(self, command: str, arguments: dict[str, Any], done: Done) -> None:
        """Have QEMU carry out a command; `done` is called once, now or when something is read."""
        if self.lost:
            done(self.lost)
            return
        message = {"execute": command, "arguments": arguments, "id": self._next}
        self._waiting[self._next] = done
        self._next += 1
        if self._ready:
            self._send(message)
        else:  # QEMU has not said hello yet
            self._unsent.append(message)

    def read(self) -> bool:
        """Take what has come, and tell those who wait for it; False if nothing more will come."""
        if self.lost:
            return False
        try:
            data = self.socket.recv(_CHUNK, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if not data:
            return self._lose(_CLOSED)
        self._buffer += data
        while not self.lost and (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            self._take(line)
        if len(self._buffer) > _MOST:
            self._lose(f"QMP: a line of more than {_MOST} bytes came")
        return not self.lost

    def _take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            self._lose(f"QMP: this is no message: {line[:60]!r}")
        elif "QMP" in message:
            self._send({"execute": "qmp_capabilities", "id": 0})
        elif message.get("id") == 0:
            self._begin(message)
        elif "return" in message or "error" in message:
            done = self._waiting.pop(message.get("id", -1), None)
            if done:
                done(_why(message))
        # All else are events.

    def _begin(self, answer: dict[str, Any]) -> None:
        if "error" in answer:
            self._lose(f"QMP: {_why(answer)}")
            return
        self._ready = True
        for message in self._unsent:
            self._send(message)
        self._unsent.clear()

    def _send(self, message: dict[str, Any]) -> None:
        if self.lost:
            return
        data = json.dumps(message).encode() + b"\n"
        try:
            sent = self.socket.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lose(_CLOSED)
            return
        if sent < len(data):
            self._lose("QMP: QEMU does not read what it is sent")

    def _lose(self, why: str) -> bool:
        """Give up; nobody waits for nothing. Always False."""
        self.lost = why
        waiting, self._waiting = self._waiting, {}
        for done in waiting.values():
            done(why)
        return False


def _why(answer: dict[str, Any]) -> str | None:
    """Give the reason out of an answer, None if it is that of a success."""
    if "error" not in answer:
        return None
    error = answer["error"]
    told = error.get("desc") if isinstance(error, dict) else None
    return str(told or error)

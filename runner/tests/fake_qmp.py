# SPDX-License-Identifier: GPL-2.0-or-later
"""The other end of QMP: does as QEMU would, or as told."""

from __future__ import annotations

import json
import socket
import sys
import threading
from typing import Any

GREETING = {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 22}}, "capabilities": []}}
EVENT = {"event": "RTC_CHANGE", "data": {"offset": 0}, "timestamp": {"seconds": 1}}


class FakeQmp(threading.Thread):
    """Serves a socket. `does` is how: `works`, `refuses` commands, is `silent` after its greeting,
    `closes` when the first command comes, or talks `nonsense`.

    What it is asked goes to stderr, which is the console of a fake VMM.
    """

    def __init__(self, sock: socket.socket, does: str) -> None:
        super().__init__(daemon=True)
        self._sock = sock
        self._does = does

    def run(self) -> None:
        self._say(GREETING)
        for line in self._sock.makefile("rb"):
            request = json.loads(line)
            if request["execute"] == "qmp_capabilities":
                self._say({"return": {}, "id": request["id"]})
                continue
            print(f"qmp: {request['execute']} {request['arguments']}", file=sys.stderr, flush=True)
            if not self._answer(request):
                self._sock.shutdown(socket.SHUT_RDWR)
                return

    def _answer(self, request: dict[str, Any]) -> bool:
        """Answer a command; False: hang up instead."""
        if self._does == "works":
            self._say(EVENT)
            self._say({"return": {}, "id": request["id"]})
        elif self._does == "refuses":
            error = {"class": "GenericError", "desc": "Cannot grow device files"}
            self._say({"error": error, "id": request["id"]})
        elif self._does == "nonsense":
            self._sock.sendall(b"HTTP/1.1 400 Bad Request\r\n")
        return self._does != "closes"

    def _say(self, message: dict[str, Any]) -> None:
        self._sock.sendall(json.dumps(message).encode() + b"\r\n")

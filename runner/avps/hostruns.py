# SPDX-License-Identifier: GPL-2.0-or-later
"""Many runs of the host's probe, some at a time: each ends, and says how.

There is nothing to choose in such a run and no line that gets lost, so nobody need answer the
probe: its permission to end is sent before it starts.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import time
from collections import deque
from typing import Callable, Generator, Sequence

from avps.records import Piece, Record, RecordParser, Unread, encode
from avps.transcript import Key
from avps.vmm.process import VmmProcess, uninterrupted

_CHUNK = 1 << 18
_CONSOLE_KEPT = 1 << 16
# A probe says some thousand things a second. To wake for each takes longer than to read it, so what
# came is read this often; the socket holds more than that.
_GULP_S = 0.01
_UNWANTED = (b'"type":"begin"', b'"verdict":"PASS"', b'"verdict":"SKIP"')

# What starts the probe: with which defect (None: none), and the record stream's file descriptor.
CommandFor = Callable[["str | None", int], Sequence[str]]


class HostRun:
    """One run with one defect. Once it is `over`, `records` are all but the many that say that a
    test begins or has passed (with no defect: all), and `problem` is None if the run is whole.
    """

    def __init__(self, defect: str | None, command_for: CommandFor, limit_s: float) -> None:
        """Start it, to be over in `limit_s` seconds. Raises UserError if it can't be started."""
        self.defect = defect
        self.records: list[Record] = []
        self.over = False
        self.problem: str | None = None
        self._limit_s = limit_s
        self._came = 0
        self._begun = b""
        self._bye: Record | None = None
        self._parser = RecordParser(self._wanted)
        self._console = bytearray()
        self._process = VmmProcess(lambda fd: command_for(defect, fd))
        self.deadline = time.monotonic() + limit_s
        os.set_blocking(self._process.console.fileno(), False)
        try:
            self._process.stream.sendall(encode(0, {"type": "done"}))
        except OSError:
            pass  # it is dead already, which its end tells

    @property
    def pidfd(self) -> int:
        """Readable once the process is dead."""
        return self._process.pidfd

    def read(self) -> bool:
        """Take what has come so far, but not without end; True if there was anything."""
        try:
            data = self._process.stream.recv(_CHUNK, socket.MSG_DONTWAIT)
        except (BlockingIOError, ConnectionResetError):
            data = b""
        self._take(self._parser.feed(data))
        said = self._process.console.read(_CHUNK) or b""
        self._console += said
        del self._console[:-_CONSOLE_KEPT]
        return bool(data or said)

    def exited(self) -> None:
        """The process is dead: see whether all is here."""
        status = self._process.end()
        self._finish()
        how = f"signal {-status}" if status < 0 else f"status {status}"
        if not self._bye:
            self.problem = f"it ended with {how} before it was done{self._at()}"
        elif int(self._bye.body["records"]) != self._came - 1:
            self.problem = f"of {self._bye.body['records']} records {self._came - 1} came"
        elif status:
            self.problem = f"it ended with {how}{self._said()}"

    def late(self) -> None:
        """Its time is up: end it."""
        self._process.end()
        self._finish()
        self.problem = f"it was not over after {self._limit_s:g} s{self._at()}"

    def close(self) -> None:
        """End the process, and give back what it holds."""
        self._process.close()

    def _wanted(self, data: bytes) -> bool:
        """Leave aside what is most of the stream and tells of no defect: decoding takes time."""
        if b'"type":"begin"' in data:
            self._begun = data
        return self.defect is None or not any(one in data for one in _UNWANTED)

    def _take(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            if isinstance(piece, Record):
                self._came += 1
                self.records.append(piece)
                if piece.type == "bye":
                    self._bye = piece
            elif isinstance(piece, Unread):
                self._came += 1

    def _finish(self) -> None:
        while self.read():
            pass
        self._take(self._parser.close())
        self.over = True

    def _at(self) -> str:
        """Say which test began last, and what the console said last."""
        where = f", in {Key.of(json.loads(self._begun))}" if self._begun else ""
        return where + self._said()

    def _said(self) -> str:
        lines = self._console.decode(errors="replace").split("\n")
        told = [line.strip() for line in lines if line.strip()]
        return f"; it said: {told[-1]:.200}" if told else ""


def run_all(
    defects: Sequence[str | None], command_for: CommandFor, jobs: int, limit_s: float
) -> Generator[HostRun, None, None]:
    """Run the probe once with each defect, `jobs` at a time; yield each run when it is over.

    They start in the order given. Raises UserError if one can't be started.
    """
    waiting = deque(defects)
    running: list[HostRun] = []
    with selectors.DefaultSelector() as deaths:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    with uninterrupted():
                        run = HostRun(waiting.popleft(), command_for, limit_s)
                        running.append(run)
                    deaths.register(run.pidfd, selectors.EVENT_READ, run)
                for key, _ in deaths.select(_GULP_S):
                    key.data.exited()
                now = time.monotonic()
                for run in list(running):
                    if run.over:
                        pass
                    elif now >= run.deadline:
                        run.late()
                    else:
                        run.read()
                    if run.over:
                        running.remove(run)
                        deaths.unregister(run.pidfd)
                        run.close()
                        yield run
        finally:
            for run in running:
                run.close()

# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that writes numbered records, and whose power is cut in the middle of it."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Callable

from avps.host import numbered
from avps.host.numbered import Reported
from avps.records import Console, Record, RecordParser, encode
from avps.shapes import mismatch
from avps.vmm.process import VmmProcess

WRITER = "block.writes_numbered_records"
WRITE = "write-records"  # what the guest asks for before it begins
_CONSOLE_KEPT = 1 << 14


@dataclass
class Cut:
    """A power cut: what was to be, and what came of it.

    `number` counts from 0. The power goes when record `after` is reported; the guest may have got
    further: `last`. `lost` are those of the `judged` records that are not on the disk, None: the
    cut was not made, and `why` says why not. `ring`: None if that was not known yet. `seen` and
    `next` are as in numbered.Found.
    """

    number: int
    after: int
    ring: str | None = None
    mode: str | None = None
    last: int = 0
    judged: int = 0
    lost: list[int] | None = None
    seen: str | None = None
    next: str | None = None
    why: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as the guest is told it (docs/records.md)."""
        return {key: value for key, value in asdict(self).items() if key != "ring"}


@dataclass(frozen=True)
class Place:
    """The disk that is written to: the serial number that the guest sees, and its file."""

    serial: str
    file: Path


@dataclass
class _Plan:
    total: int | None = None
    items: dict[int, str | None] = field(default_factory=dict)  # ring by index


class CutGuest:
    """A guest that was started for one cut. Nothing here waits: the owner calls what belongs to one
    of the `sources` when it can be read, and `expire` at the `deadline`. Some time it is `over`.
    """

    def __init__(self, cut: Cut, process: VmmProcess, place: Place, silence_s: float) -> None:
        """Take over a started VMM, which may be silent for `silence_s` seconds."""
        self.cut = cut
        self.over = False
        self._process = process
        self._place = place
        self._silence_s = silence_s
        self._parser = RecordParser()
        self._plan = _Plan()
        self._console = bytearray()
        self._sent = 0
        self._refused: list[str] = []
        self._reported: list[Reported] = []
        self.deadline = time.monotonic() + silence_s
        os.set_blocking(process.console.fileno(), False)

    @property
    def sources(self) -> list[tuple[Any, Callable[[], bool]]]:
        """What to read from, and what to call when it is readable: False means never again."""
        return [
            (self._process.stream, self._read_stream),
            (self._process.console, self._read_console),
            (self._process.pidfd, self._exited),
        ]

    def expire(self) -> None:
        """Give up a guest that has been silent for too long."""
        if not self.over and time.monotonic() >= self.deadline:
            self._fail(f"the guest said nothing for {self._silence_s:g} s")

    def close(self) -> None:
        """End the VMM, and give back what it holds."""
        self.over = True
        self._process.close()

    def _read_stream(self) -> bool:
        data = self._receive()
        self._take(data)
        if not self.over and self.cut.last >= self.cut.after:
            self._cut()
        return bool(data)

    def _receive(self) -> bytes:
        try:
            return self._process.stream.recv(65536, socket.MSG_DONTWAIT)
        except (BlockingIOError, ConnectionResetError):
            return b""

    def _read_console(self) -> bool:
        data = self._process.console.read(65536) or b""
        self._console += data
        del self._console[:-_CONSOLE_KEPT]
        return bool(data)

    def _exited(self) -> bool:
        """The VMM is dead, and it was not us."""
        status = self._process.end()
        while self._read_console():
            pass
        while not self.over and (data := self._receive()):
            self._take(data)
        how = f"signal {-status}" if status < 0 else f"status {status}"
        self._fail(f"the VMM exited with {how}{self._said()}")
        return False

    def _take(self, data: bytes) -> None:
        for piece in self._parser.feed(data):
            if isinstance(piece, Record):
                self.deadline = time.monotonic() + self._silence_s
                wrong = mismatch(piece.body)
                if wrong:
                    self._fail(f"record {piece.seq} of the guest: {wrong}")
                elif not self.over:
                    self._heard(piece.body)
            elif isinstance(piece, Console):
                self._console += piece.data
        del self._console[:-_CONSOLE_KEPT]

    def _heard(self, body: dict[str, Any]) -> None:
        if body["type"] == "plan":
            self._plan.total = body["total"]
            for index, item in enumerate(body["items"], start=body["first"]):
                if item["test"] == WRITER:
                    self._plan.items[index] = item["ring"]
        elif body["type"] == "ask" and body["what"] == "select":
            self._send({"type": "answer", "id": body["id"], "run": self._select()})
        elif body["type"] == "ask" and body["what"] == WRITE:
            self._answer(body)
        elif body["type"] == "progress":
            self._note(body)
        elif body["type"] == "end" and self.cut.mode and self.cut.last < self.cut.after:
            told = ": ".join(filter(None, (body["verdict"], body["reason"], body["message"])))
            self._fail(f"the guest ended by itself after record {self.cut.last}: {told}")
        elif body["type"] == "bye" and not self.cut.mode:
            others = f": it has {', '.join(self._refused)}" if self._refused else ""
            self._fail(
                f"the guest has no disk of serial number '{self._place.serial}' that can be "
                f"written, and offers FLUSH{others}"
            )

    def _select(self) -> list[int]:
        """Choose a ring, in turn of those that there are, and give what to run with it."""
        rings = sorted({str(ring) for ring in self._plan.items.values()}, reverse=True)
        if rings:
            self.cut.ring = rings[self.cut.number % len(rings)]
        return [index for index, ring in self._plan.items.items() if ring == self.cut.ring]

    def _answer(self, body: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"type": "answer", "id": body["id"], "done": True, "why": None}
        if body["disk"] != self._place.serial:
            self._refused.append(f"'{body['disk']}'")
            self._send({**answer, "done": False, "why": "it is another disk that is wanted"})
            return
        rings = len(set(self._plan.items.values()))
        self.cut.mode = in_turn(self.cut.number, rings, body["modes"])
        self._send({**answer, "mode": self.cut.mode})

    def _note(self, body: dict[str, Any]) -> None:
        if body["number"] != self.cut.last + 1:
            self._fail(f"after record {self.cut.last} the guest reported {body['number']}")
            return
        self.cut.last = body["number"]
        self._reported.append(Reported(body["number"], body["sector"], body["sectors"]))

    def _cut(self) -> None:
        """Cut the power, hear what the guest had said until then, and look at the disk."""
        self._process.end()
        while not self.over and (data := self._receive()):
            self._take(data)
        if self.over:
            return
        try:
            found = numbered.look(self._place.file, self._reported)
        except OSError as error:
            self._fail(f"{self._place.file}: {error.strerror}")
            return
        self.cut.judged, self.cut.lost = found.judged, list(found.lost)
        self.cut.seen, self.cut.next = found.seen, found.next
        self.over = True

    def _fail(self, why: str) -> None:
        if not self.over:
            self.cut.why = why
            self._process.end()
            self.over = True

    def _send(self, body: dict[str, Any]) -> None:
        try:
            self._process.stream.sendall(encode(self._sent, body))
            self._sent += 1
        except OSError:
            pass  # the VMM is gone, which its end tells

    def _said(self) -> str:
        lines = [line.strip() for line in self._console.decode(errors="replace").splitlines()]
        told = [line for line in lines if line]
        return f"; it said: {told[-1]:.160}" if told else ""


def in_turn(number: int, rings: int, modes: list[str]) -> str | None:
    """Choose the mode of a cut, so that the cuts have every ring with every mode, and the first few
    every mode; None if there is none.
    """
    if not modes:
        return None
    shift = 0
    if rings and len(modes) % rings == 0:  # else the turns of both never fall into step
        shift = number // len(modes)
    return modes[(number + shift) % len(modes)]

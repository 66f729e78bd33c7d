# SPDX-License-Identifier: GPL-2.0-or-later
"""One boot of the guest, live: reads what it says, answers it, fetches what was lost."""

from __future__ import annotations

import os
import selectors
import socket
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, Callable

from avps.host.actions import Actions
from avps.host.power_cuts import PowerCuts
from avps.records import Console, Damaged, Piece, Record, RecordParser, encode
from avps.transcript import Key, Transcript
from avps.vmm.process import VmmProcess

_RESEND_ROUNDS = 3
_RESEND_AT_MOST = 5000  # numbers in one request, so that it fits into a record
_CONSOLE_MOST = 32 << 20
_CONSOLE_KEPT = 8 << 20  # at either end of a console that is longer than that
_BABBLE = 3  # so many times the silence limit may pass without a record while the console goes on


@dataclass(frozen=True)
class Arrival:
    """A record that came, `at` so many seconds after the start of the VMM."""

    at: float
    record: Record


class Boot:
    """A guest that was started. Nothing here runs by itself: `until` reads what comes.

    `cause` says why the boot ended before its time (`vmm-exited`, `silent`, `never-spoke`,
    `interrupted`), `detail` the same in words; both are None while all is well.
    """

    def __init__(
        self,
        process: VmmProcess,
        silence_s: float,
        listen: Callable[[Record], None] = lambda _: None,
        actions: Actions | None = None,
    ) -> None:
        """Take over a started VMM, which may be silent for `silence_s` seconds.

        `listen` hears of each new record. `actions` are what the host does for tests, None:
        nothing.
        """
        self.transcript = Transcript()
        self.arrivals: list[Arrival] = []
        self.console = bytearray()
        self.question: int | None = None
        self.over = False
        self.settled = False
        self.cause: str | None = None
        self.detail: str | None = None
        self.exit: int | None = None
        self.duration_s = 0.0
        self._process = process
        self._silence_s = silence_s
        self._listen = listen
        self._actions = actions or Actions()
        self._parser = RecordParser()
        self._sent = 0
        self._rounds = 0
        self._asked: set[int] = set()
        self._started = self._heard = self._record_heard = time.monotonic()
        os.set_blocking(process.console.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(process.stream, selectors.EVENT_READ, self._read_stream)
        self._selector.register(process.console, selectors.EVENT_READ, self._read_console)
        self._selector.register(process.pidfd, selectors.EVENT_READ, self._exited)
        for source, read in self._actions.sources:
            self._selector.register(
                source, selectors.EVENT_READ, partial(self._act_on, source, read)
            )

    def until(self, done: Callable[[], bool]) -> bool:
        """Read until `done()`; False if the boot was over before."""
        while not done():
            if self.over:
                return False
            self._step()
        return True

    def until_planned(self) -> bool:
        """Read until the plan is known and the probe waits or runs; False if it never does."""
        return self.until(
            lambda: self.question is not None or self.settled or bool(self.transcript.begun)
        )

    def until_ended(self, key: Key) -> bool:
        """Read until the result of a test has come; False if it never will."""
        return (
            self.until(lambda: key in self.transcript.ended or self.settled)
            and key in self.transcript.ended
        )

    def answer(self, run: list[int] | str) -> None:
        """Tell the waiting probe which indexes of its plan to run (or "all"); nothing if it does
        not wait.
        """
        if self.question is not None:
            plan = self.transcript.plan
            chosen = plan if isinstance(run, str) else set(run) & set(plan)
            self._actions.foresee({plan[index].key.test for index in chosen})
            self._send({"type": "answer", "id": self.question, "run": run})
            self.question = None

    def finish(self) -> None:
        """Read to the end of the boot: bye, lost records, power-off."""
        self.until(lambda: False)

    def stop(self, cause: str, detail: str) -> None:
        """End the VMM now; for that cause, unless the guest has said all that it had to say."""
        if not self.over:
            if not self.settled:
                self.cause, self.detail = cause, detail
            self._end()

    def last_lines(self, count: int = 20) -> list[str]:
        """Give the last lines of the console."""
        return self.console[-200 * count :].decode(errors="replace").splitlines()[-count:]

    def _step(self) -> None:
        """Wait for one thing to happen: bytes, the VMM's exit, or the end of our patience."""
        now = time.monotonic()
        busy = self._actions.busy
        quiet_at = self._heard + self._silence_s
        lost_at = self._record_heard + _BABBLE * self._silence_s
        wake_at = min(quiet_at, lost_at, self._actions.deadline or quiet_at)
        events = self._selector.select(max(0.0, wake_at - now))
        for key, _ in events:
            if not self.over:
                key.data()
        self._actions.expire()
        if busy:  # it was the guest that waited
            self._heard = self._record_heard = time.monotonic()
        elif not events and time.monotonic() >= min(quiet_at, lost_at):
            without = "record or console output" if quiet_at <= lost_at else "record"
            spoke = len(self.transcript.log) > 0
            limit = self._silence_s * (1 if quiet_at <= lost_at else _BABBLE)
            self.stop("silent" if spoke else "never-spoke", f"no {without} for {limit:g} s")

    def _read_stream(self) -> bool:
        try:
            data = self._process.stream.recv(65536, socket.MSG_DONTWAIT)
        except (BlockingIOError, ConnectionResetError):
            data = b""
        if data:
            self._heard = time.monotonic()
            self._take(self._parser.feed(data))
        else:
            self._selector.unregister(self._process.stream)
            self._take(self._parser.close())
        return bool(data)

    def _read_console(self) -> bool:
        data = self._process.console.read(65536)
        if data:
            self._heard = time.monotonic()
            self._keep(data)
        else:
            self._selector.unregister(self._process.console)
        return bool(data)

    def _exited(self) -> None:
        """The VMM is dead: read what it left, then say so."""
        exit_status = self._process.end()
        for readable, read in (
            (self._process.stream, self._read_stream),
            (self._process.console, self._read_console),
        ):
            while readable in self._selector.get_map() and read():
                pass
        how = f"signal {-exit_status}" if exit_status < 0 else f"status {exit_status}"
        self.stop(
            "vmm-exited" if len(self.transcript.log) else "never-spoke",
            f"the VMM exited with {how}",
        )

    def _end(self) -> None:
        self.exit = self._process.end()
        self.duration_s = time.monotonic() - self._started
        self.settled = self.over = True
        self.question = None
        self._selector.close()

    def _keep(self, data: bytes) -> None:
        self.console += data
        if len(self.console) > _CONSOLE_MOST:
            self.console[
                _CONSOLE_KEPT:-_CONSOLE_KEPT
            ] = b"\n[avps: a part of this console was left out]\n"

    def _take(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            if isinstance(piece, Record):
                self._take_record(piece)
            elif isinstance(piece, Console):
                self._keep(piece.data)
            elif isinstance(piece, Damaged):
                self._asked.discard(piece.seq)
        if self.transcript.bye and not self.settled and not self._asked:
            self._fetch_missing()

    def _take_record(self, record: Record) -> None:
        at = time.monotonic()
        self._record_heard = at
        self.arrivals.append(Arrival(at - self._started, record))
        self._asked.discard(record.seq)
        if not self.transcript.add(record):
            return
        if record.type == "ask":
            self._asked_by_probe(record)
        self._listen(record)

    def _asked_by_probe(self, record: Record) -> None:
        ask: int = record.body["id"]
        if record.body["what"] == "select":
            self.question = ask
        elif not self.transcript.bye:  # else it is one that was lost, and nobody waits any more
            more: dict[str, Any] = {}
            self._actions.act(record.body, lambda why: self._acted(ask, why, more), more.update)

    def _acted(self, ask: int, why: str | None, more: dict[str, Any]) -> None:
        if not self.over:
            self._send({"type": "answer", "id": ask, "done": why is None, "why": why, **more})

    def _act_on(self, source: socket.socket | PowerCuts, read: Callable[[], bool]) -> None:
        if not read():
            self._selector.unregister(source)

    def _fetch_missing(self) -> None:
        """After `bye`: ask for what is missing, or let the probe go."""
        missing = self.transcript.missing()
        if missing and self._rounds < _RESEND_ROUNDS:
            self._rounds += 1
            self._asked = set(missing[:_RESEND_AT_MOST])
            self._send({"type": "resend", "seqs": sorted(self._asked)})
        else:
            self._send({"type": "done"})
            self.settled = True

    def _send(self, body: dict[str, object]) -> None:
        try:
            self._process.stream.sendall(encode(self._sent, body))
            self._sent += 1
        except OSError:
            pass  # the VMM is gone, which reading finds out

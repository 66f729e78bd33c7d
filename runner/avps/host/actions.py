# SPDX-License-Identifier: GPL-2.0-or-later
"""The host actions: what a test may ask for, a method each."""

from __future__ import annotations

import socket
import time
from typing import Any, Callable, Iterable, Mapping

from avps.disks import SECTOR
from avps.errors import near
from avps.host import power_cuts
from avps.host.power_cuts import PowerCuts
from avps.host.qmp import Qmp
from avps.host.settings import FACTS, FACTS_KNOWN, POWER_CUTS, RESIZE, Settings

# For one action; the probe waits longer, so that it hears why.
LIMIT_S = 3.0
CUTS_LIMIT_S = 300.0
_BIGGEST_DISK = 1 << 40

# Told how an action ended: None if it is done, else why not.
Reply = Callable[["str | None"], None]

# Told before it what there is to tell beside: fields of the answer.
Tell = Callable[[Mapping[str, Any]], None]


class Actions:
    """What the host can do for one boot. Nothing here waits: who has a selector registers `sources`
    in it, calls what it finds there, and `expire()` at the `deadline`.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        qmp: socket.socket | None = None,
        limit_s: float = LIMIT_S,
        cuts: PowerCuts | None = None,
    ) -> None:
        """Act as the settings say, over our end of the VMM's QMP socket if it has one.

        `cuts`: the power cuts of the run, which stay the caller's; None: there are none.
        """
        self._settings = settings or Settings()
        self._qmp = Qmp(qmp) if qmp else None
        self._cuts = cuts
        self._limit_s = limit_s
        self._pending: dict[int, tuple[float, float, Reply]] = {}  # deadline, limit
        self._count = 0

    @property
    def sources(self) -> list[tuple[socket.socket | PowerCuts, Callable[[], bool]]]:
        """What to read from, and what to call when it is readable: False means never again."""
        found: list[tuple[socket.socket | PowerCuts, Callable[[], bool]]] = []
        if self._qmp:
            found.append((self._qmp.socket, self._qmp.read))
        if self._cuts:
            found.append((self._cuts, self._cuts.read))
        return found

    @property
    def busy(self) -> bool:
        """True while the guest waits for us."""
        return bool(self._pending)

    @property
    def deadline(self) -> float | None:
        """The time by monotonic() at which expire() has something to do; None: at none."""
        deadlines = [deadline for deadline, _, _ in self._pending.values()]
        if self._cuts and self._cuts.deadline is not None:
            deadlines.append(self._cuts.deadline)
        return min(deadlines, default=None)

    def expire(self) -> None:
        """Answer for actions that take too long."""
        now = time.monotonic()
        late = [
            (one, limit) for one, (deadline, limit, _) in self._pending.items() if deadline <= now
        ]
        for one, limit in late:
            self._settle(one, f"it was not done after {limit:g} s")
        if self._cuts:
            self._cuts.expire()

    def foresee(self, tests: Iterable[str]) -> None:
        """Begin with what takes its time, now that it is known which tests will run."""
        if self._cuts and power_cuts.TEST in tests:
            self._cuts.start()

    def act(self, ask: dict[str, Any], reply: Reply, tell: Tell = lambda _: None) -> None:
        """Do what a record `ask` (well-formed, docs/records.md) asks for.

        `reply` is called once, now or later, and `tell` before it if there is something to tell.
        """
        number = self._count = self._count + 1
        what = str(ask["what"])
        limit_s = CUTS_LIMIT_S if what == POWER_CUTS else self._limit_s
        self._pending[number] = (time.monotonic() + limit_s, limit_s, reply)
        known: dict[str, Callable[[dict[str, Any], Reply, Tell], None]] = {
            RESIZE: self._block_resize,
            POWER_CUTS: self._power_cuts,
            FACTS: self._block_facts,
        }
        method = known.get(what)
        if not method:
            self._settle(number, f"'{what}' is no host action: {near(what, known)}")
        elif what not in self._settings.actions:
            self._settle(number, f"the target has no [host.{what}]")
        else:
            method(ask, lambda why: self._settle(number, why), tell)

    def _settle(self, number: int, why: str | None) -> None:
        """End an action, unless it has ended: what comes too late is for nobody."""
        _, _, reply = self._pending.pop(number, (0.0, 0.0, None))
        if reply:
            reply(why)

    def _power_cuts(self, ask: dict[str, Any], done: Reply, tell: Tell) -> None:
        if self._cuts:
            self._cuts.ask(ask, done, tell)
        else:
            done("none were to be made (--cuts 0)")

    def _block_facts(self, ask: dict[str, Any], done: Reply, tell: Tell) -> None:
        disk = ask["disk"]
        if disk in self._settings.facts:
            tell({fact: fact in self._settings.facts[disk] for fact in FACTS_KNOWN})
            done(None)
        else:
            known = near(disk, self._settings.facts)
            done(f"[host.{FACTS}] has no disk of serial number '{disk}': {known}")

    def _block_resize(self, ask: dict[str, Any], done: Reply, tell: Tell) -> None:
        disk, sizes = ask["disk"], ask["sectors"]
        drive = self._settings.resize.get(disk)
        if not drive:
            known = near(disk, self._settings.resize)
            done(f"[host.{RESIZE}] has no disk of serial number '{disk}': {known}")
            return
        if not sizes or not all(0 < sectors <= _BIGGEST_DISK // SECTOR for sectors in sizes):
            done(f"sectors must be of 1 to {_BIGGEST_DISK // SECTOR}, not {sizes!r:.80}")
            return
        failed: list[str] = []

        def resized(why: str | None) -> None:
            failed.extend([why] if why else [])

        def seen(why: str | None) -> None:
            done(failed[0] if failed else why)

        qmp = self._qmp
        assert qmp  # settings.read() has seen to it
        for sectors in sizes:
            qmp.execute("block_resize", {"device": drive, "size": sectors * SECTOR}, resized)
        # A device of QEMU's may put off what a command means for it until the command is over. That
        # is done before the next command, so that with its end the device has seen all of it.
        qmp.execute("query-version", {}, seen)

# SPDX-License-Identifier: GPL-2.0-or-later
"""The host actions: what a test may ask for, a method each."""

from __future__ import annotations

import socket
import time
from typing import Any, Callable

from avps.disks import SECTOR
from avps.errors import near
from avps.host.qmp import Qmp
from avps.host.settings import RESIZE, Settings

LIMIT_S = 3.0  # for one action; the probe waits longer, so that it hears why
_BIGGEST_DISK = 1 << 40

# Told how an action ended: None if it is done, else why not.
Reply = Callable[["str | None"], None]


class Actions:
    """What the host can do for one boot. Nothing here waits: who has a selector registers `sources`
    in it, calls what it finds there, and `expire()` at the `deadline`.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        qmp: socket.socket | None = None,
        limit_s: float = LIMIT_S,
    ) -> None:
        """Act as the settings say, over our end of the VMM's QMP socket if it has one."""
        self._settings = settings or Settings()
        self._qmp = Qmp(qmp) if qmp else None
        self._limit_s = limit_s
        self._pending: dict[int, tuple[float, Reply]] = {}
        self._count = 0

    @property
    def sources(self) -> list[tuple[socket.socket, Callable[[], bool]]]:
        """What to read from, and what to call when it is readable: False means never again."""
        return [(self._qmp.socket, self._qmp.read)] if self._qmp else []

    @property
    def deadline(self) -> float | None:
        """The time by monotonic() at which expire() has something to do; None: at none."""
        return min((deadline for deadline, _ in self._pending.values()), default=None)

    def expire(self) -> None:
        """Answer for actions that take too long."""
        now = time.monotonic()
        late = [one for one, (deadline, _) in self._pending.items() if deadline <= now]
        for one in late:
            self._settle(one, f"it was not done after {self._limit_s:g} s")

    def act(self, ask: dict[str, Any], reply: Reply) -> None:
        """Do what a record `ask` asks for; `reply` is called once, now or later."""
        number = self._count = self._count + 1
        self._pending[number] = (time.monotonic() + self._limit_s, reply)
        what = str(ask["what"])
        known = {RESIZE: self._block_resize}
        method = known.get(what)
        if not method:
            self._settle(number, f"'{what}' is no host action: {near(what, known)}")
        elif what not in self._settings.actions:
            self._settle(number, f"the target has no [host.{what}]")
        else:
            method(ask, lambda why: self._settle(number, why))

    def _settle(self, number: int, why: str | None) -> None:
        """End an action, unless it has ended: what comes too late is for nobody."""
        _, reply = self._pending.pop(number, (0.0, None))
        if reply:
            reply(why)

    def _block_resize(self, ask: dict[str, Any], done: Reply) -> None:
        disk, sectors = ask.get("disk"), ask.get("sectors")
        drive = self._settings.resize.get(str(disk))
        if not drive:
            known = near(str(disk), self._settings.resize)
            done(f"[host.{RESIZE}] has no disk of serial number '{disk}': {known}")
            return
        if type(sectors) is not int or not 0 < sectors <= _BIGGEST_DISK // SECTOR:
            done(f"sectors must be 1 to {_BIGGEST_DISK // SECTOR}, not {sectors!r}")
            return
        assert self._qmp  # settings.read() wants it

        def then(why: str | None) -> None:
            """What QEMU's device puts off until the command is over is done before the next one:
            so the answer means that the device has seen it.
            """
            if why:
                done(why)
            else:
                qmp.execute("query-version", {}, done)

        qmp = self._qmp
        qmp.execute("block_resize", {"device": drive, "size": sectors * SECTOR}, then)

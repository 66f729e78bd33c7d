# SPDX-License-Identifier: GPL-2.0-or-later
"""Power cuts: guests that write numbered records, one after the other, each killed with its VMM.

What the host's kernel has been given survives such a cut, as only the VMM loses its memory: it
shows whether data has left the VMM, and not whether the VMM has had the kernel bring it to a disk.
"""

from __future__ import annotations

import random
import selectors
import shutil
import time
from pathlib import Path
from typing import Any, Callable, Mapping

from avps.errors import UserError, near
from avps.host.cut_guest import WRITE, WRITER, Cut, CutGuest, Place
from avps.host.settings import POWER_CUTS
from avps.vmm.process import VmmProcess, uninterrupted

CUTS = 5  # in an ordinary run
TEST = "block.flushed_data_survives_power_cuts"
MOST_RECORDS = 96  # after one of so many the power goes; the guest has 32 places for them
PAGE = 32  # in an answer
WHILE_RUNNING = 5  # so many are left for the time in which the tests run
_AT_ONCE = 2  # guests, as long as there is nothing else to do

OPTIONS = {
    "interactive": True,
    "only": [{"test": WRITER}],
    "host_actions": [WRITE],
}

# Makes a guest's files in an empty folder and starts it. Raises UserError or OSError.
Launch = Callable[[Path], VmmProcess]


class PowerCuts:
    """The cuts of a run. Nothing here waits but `make_all_but`: it has a fileno(), and who has a
    selector calls `read()` when that is readable, and `expire()` at the `deadline`.
    """

    def __init__(
        self,
        disks: Mapping[str, str],
        count: int,
        seed: str,
        folder: Path,
        launch: Launch,
        silence_s: float,
    ) -> None:
        """Prepare to cut the power of `count` guests.

        `disks` has the serial number of the disk to write to, and the name of its file. After which
        record the power goes follows from `seed`: random.Random(f"{seed}/{number}").
        """
        self.count = count
        self._disks = disks
        self._seed = seed
        self._folder = folder
        self._launch = launch
        self._silence_s = silence_s
        self._cuts: list[Cut] = []
        self._guests: dict[CutGuest, Path] = {}
        self._begun = 0
        self._stopped = False
        self._selector = selectors.EpollSelector()
        self._waiting: list[Callable[[], None]] = []

    def fileno(self) -> int:
        """What becomes readable when there is something to read()."""
        return self._selector.fileno()

    @property
    def over(self) -> bool:
        """All cuts are made, or given up."""
        return len(self._cuts) == self.count

    @property
    def done(self) -> int:
        """How many are over."""
        return len(self._cuts)

    @property
    def deadline(self) -> float | None:
        """The time by monotonic() at which expire() has something to do; None: at none."""
        return min((guest.deadline for guest in self._guests), default=None)

    def start(self) -> None:
        """Begin to cut, or go on with it, unless that goes on or is not wanted any more."""
        self._go_on(1)

    def make_all_but(self, left: int, tell: Callable[[int], None] = lambda _: None) -> None:
        """Make all cuts but the last few, here and now; `tell` hears how many are over."""
        self._go_on(_AT_ONCE, left)
        while self._guests and self.done < self.count - left:
            timeout = max(0.0, (self.deadline or 0.0) - time.monotonic())
            before = self.done
            self._serve(timeout, left)
            self._expire(left)
            if self.done > before:
                tell(self.done)

    def read(self) -> bool:
        """Take what has come; always True: more may come."""
        self._serve(0.0)
        return True

    def expire(self) -> None:
        """Give up guests that are silent for too long."""
        self._expire()

    def ask(
        self,
        ask: Mapping[str, Any],
        done: Callable[[str | None], None],
        tell: Callable[[Mapping[str, Any]], None],
    ) -> None:
        """Do what a record `ask` of the action power-cuts wants: `tell` what came of the cuts, and
        that it is `done`, or why not; now, or when they are over.
        """
        if ask["disk"] not in self._disks:
            known = near(ask["disk"], self._disks)
            done(f"[host.{POWER_CUTS}] has no disk of serial number '{ask['disk']}': {known}")
            return

        def answer() -> None:
            mine = [one for one in self._cuts if one.ring in (None, ask["ring"])]
            mine.sort(key=lambda one: one.number)
            page = mine[max(0, ask["first"]) :][:PAGE]
            tell({"total": len(mine), "cuts": [one.as_json() for one in page]})
            done(None)

        self.start()
        if self.over or self._stopped:
            answer()
        else:
            self._waiting.append(answer)

    def close(self) -> None:
        """End all guests; no more cuts are made."""
        self._stopped = True
        for guest in list(self._guests):
            self._forget(guest)

    def _go_on(self, at_once: int, left: int = 0) -> None:
        """Start as many guests as there may be."""
        while not self._stopped and len(self._guests) < at_once and self._begun < self.count - left:
            self._start_one()
        if self.over:
            waiting, self._waiting = self._waiting, []
            for answer in waiting:
                answer()

    def _start_one(self) -> None:
        number, self._begun = self._begun, self._begun + 1
        after = random.Random(f"{self._seed}/{number}").randint(1, MOST_RECORDS)
        cut = Cut(number, after)
        folder = self._folder / f"cut-{number}"
        ((serial, disk),) = self._disks.items()
        place = Place(serial, folder / f"{disk}.disk")
        try:
            folder.mkdir()
            with uninterrupted():
                guest = CutGuest(cut, self._launch(folder), place, self._silence_s)
                self._guests[guest] = folder
        except (UserError, OSError) as error:
            cut.why = f"its guest can't be started: {error}"
            self._cuts.append(cut)
            shutil.rmtree(folder, ignore_errors=True)
            return
        for source, read in guest.sources:
            self._selector.register(source, selectors.EVENT_READ, (guest, read))

    def _serve(self, timeout: float, left: int = 0) -> None:
        for key, _ in self._selector.select(timeout):
            guest, read = key.data
            if guest in self._guests and not read() and not guest.over:
                self._selector.unregister(key.fileobj)
        self._settle(left)

    def _expire(self, left: int = 0) -> None:
        for guest in self._guests:
            guest.expire()
        self._settle(left)

    def _settle(self, left: int) -> None:
        """Take the cuts that are over, and go on with others."""
        over = [guest for guest in self._guests if guest.over]
        for guest in over:
            self._cuts.append(guest.cut)
            self._forget(guest)
        if over:
            self._go_on(_AT_ONCE if left else 1, left)

    def _forget(self, guest: CutGuest) -> None:
        with uninterrupted():
            for source, _ in guest.sources:
                if source in self._selector.get_map():
                    self._selector.unregister(source)
            guest.close()
            folder = self._guests.pop(guest)
        shutil.rmtree(folder, ignore_errors=True)

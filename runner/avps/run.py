# SPDX-License-Identifier: GPL-2.0-or-later
"""One run of one target: what the guest needs on the host, its boots, and the evidence they leave.
"""

from __future__ import annotations

import datetime
import secrets
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Mapping

from avps import accel, origin, vmm
from avps.boot import Boot
from avps.errors import UserError
from avps.evidence import BootFacts, Evidence
from avps.host import power_cuts
from avps.host.actions import Actions
from avps.host.power_cuts import WHILE_RUNNING, PowerCuts
from avps.host.settings import POWER_CUTS
from avps.prepare import prepare
from avps.records import Record
from avps.targets import Target
from avps.transcript import Key
from avps.tree import Tree
from avps.vmm.process import VmmProcess, start, uninterrupted


class Run:
    """A context: the guest and the temporary files are gone when it ends, however it ends."""

    def __init__(
        self,
        tree: Tree,
        target: Target,
        accel_asked: str,
        profile: dict[str, str],
        options: Mapping[str, object] | None = None,
        nonce: str | None = None,
        cuts: int = 0,
    ) -> None:
        """Prepare to run `target` with an accelerator, or `auto`; starts nothing yet.

        `options` for the probe (docs/records.md) come on top of those of every run. `nonce` is the
        word that the probe has to echo, None: one made here. `cuts`: so many power cuts, where the
        target can do that.
        """
        self.target = target
        self.selected: set[Key] | None = None
        self.boots: list[Boot] = []
        self.listen: Callable[[Record], None] = lambda _: None
        self.tell_cuts: Callable[[int, int], None] = lambda done, count: None
        self._tree = tree
        self._accel_asked = accel_asked
        self._profile = profile
        self._vmm = vmm.adapter(target.vmm)
        self._mark = secrets.token_hex(3)
        self._nonce = nonce or secrets.token_hex(8)
        self._nonce_given = nonce is not None
        self._cuts_asked = cuts if target.host.power_cuts else 0
        self._options = {
            "nonce": self._nonce,
            "interactive": True,
            "test_limit_s": target.test_limit_s,
            "host_actions": [
                one for one in target.host.actions if one != POWER_CUTS or self._cuts_asked
            ],
            **(options or {}),
        }
        self._started = datetime.datetime.now(datetime.timezone.utc)
        self._clock = time.monotonic()
        self._accel = ""
        self._command: list[str] = []
        self._version: str | None = None
        self._origin: dict[str, Any] = {}
        self._closing = ExitStack()

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    def start(self) -> Boot:
        """Boot the guest. Raises UserError if something it needs is missing or can't be made."""
        try:
            folder = Path(tempfile.mkdtemp(prefix="avps-"))
            self._closing.callback(shutil.rmtree, folder, ignore_errors=True)
            values = prepare(self._tree, self.target, self._options, folder)
        except OSError as error:
            where = error.filename or tempfile.gettempdir()
            raise UserError(f"{where}: a temporary file can't be made: {error.strerror}") from error
        self._accel = accel.choose(self._accel_asked, self.target, self._vmm, values)
        cuts = self._cuts(folder)
        boot = self._boot(self._with_accel(values), cuts)
        # While the guest boots:
        self._version = self._vmm.version(self._command[0])
        self._origin = origin.gather(self._tree, self.target, values, self._command)
        return boot

    def evidence(self) -> Evidence:
        """Give what there is to judge, now that the boots are over."""
        boot = self.boots[-1] if self.boots else None
        return Evidence(
            id=f"{self.target.name}-{self._started:%Y%m%dT%H%M%S}-{self._mark}",
            started=self._started.isoformat(timespec="seconds"),
            nonce=self._nonce,
            target=self._facts(),
            profile=self._profile,
            selected=self.selected,
            origin={"nonce_given": self._nonce_given, **self._origin},
            duration_s=round(time.monotonic() - self._clock, 3),
            boots=[
                BootFacts(one.cause, one.detail, one.exit, round(one.duration_s, 3))
                for one in self.boots
            ],
            arrivals=[
                (number, arrival)
                for number, one in enumerate(self.boots)
                for arrival in one.arrivals
            ],
            console=bytes(boot.console) if boot else b"",
        )

    def _facts(self) -> dict[str, Any]:
        return {
            "name": self.target.name,
            "description": self.target.description,
            "vmm": self._vmm.name,
            "version": self._version,
            "arch": self.target.arch,
            "accel": self._accel,
            "command": self._command,
        }

    def _with_accel(self, values: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        return {**values, "accel": self._accel, "accel_args": self._vmm.accel_args(self._accel)}

    def _cuts(self, folder: Path) -> PowerCuts | None:
        """Give the power cuts of the run, all made but the last few: those are for later."""
        if not self._cuts_asked:
            return None
        options = {**self._options, **power_cuts.OPTIONS}

        def launch(own: Path) -> VmmProcess:
            values = prepare(self._tree, self.target, options, own)
            return start(self.target, self._with_accel(values))

        cuts = PowerCuts(
            self.target.host.power_cuts,
            self._cuts_asked,
            self._nonce,
            folder,
            launch,
            self.target.silence_s,
        )
        self._closing.callback(cuts.close)
        if cuts.count > WHILE_RUNNING:
            cuts.make_all_but(WHILE_RUNNING, lambda done: self.tell_cuts(done, cuts.count))
        return cuts

    def _boot(self, values: dict[str, str | list[str]], cuts: PowerCuts | None) -> Boot:
        with uninterrupted():
            process = start(self.target, values)
            self._closing.callback(process.close)
        self._command = process.command
        actions = Actions(self.target.host, next(iter(process.others), None), cuts=cuts)
        boot = Boot(process, self.target.silence_s, lambda record: self.listen(record), actions)
        self.boots.append(boot)
        return boot

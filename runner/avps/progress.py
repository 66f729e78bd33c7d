# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user sees of a run: a line that changes on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

import pytest

from avps.records import Record
from avps.run import Run
from avps.transcript import Key
from avps.verdicts import TEST_VERDICTS

_STYLES = {
    "PASS": "green",
    "FAIL": "bold red",
    "SKIP": "yellow",
    "ERROR": "bold magenta",
    "MISS": "bold magenta",
}
_REFRESH_S = 0.1
_CUTS_A_LINE = 50  # where lines don't change


class Progress:
    """A pytest plugin in place of pytest's own reporter."""

    def __init__(self, run: Run, verbose: bool) -> None:
        """Show the progress of `run`; with `verbose` a line for each test."""
        self._run = run
        self._verbose = verbose
        self._counts: Counter[str] = Counter()
        self._total = 0
        self._current = "booting"
        self._live: Any = None
        self._shown = 0.0
        run.listen = self._heard
        run.tell_cuts = self._cut

    def pytest_plugin_registered(self, plugin: object, manager: pytest.PytestPluginManager) -> None:
        """Take the place of pytest's reporter."""
        if manager.get_name(plugin) == "terminalreporter":
            manager.unregister(plugin)

    def pytest_sessionstart(self) -> None:
        """Start the line that changes, if there is a terminal to show it."""
        if sys.stdout.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(highlight=False), auto_refresh=False, transient=True)
            self._live.start()
            self._show()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Now it is known how much there is to do."""
        self._total = len(session.items)
        if session.config.option.collectonly:
            self._print("\n".join(item.name for item in session.items))

    def pytest_unconfigure(self) -> None:
        """Take the line away."""
        if self._live:
            self._live.stop()
            self._live = None

    def pytest_internalerror(self, excrepr: Any) -> None:
        """An error of our own: show all of it."""
        print(excrepr, file=sys.stderr)

    def _heard(self, record: Record) -> None:
        if record.type == "begin":
            self._current = str(Key.of(record.body))
        elif record.type == "end":
            verdict = record.body["verdict"]
            self._counts[verdict] += 1
            if self._verbose:
                why = ": ".join(filter(None, (record.body["reason"], record.body["message"])))
                self._print(f"{verdict:5} {Key.of(record.body)}{'  ' + why if why else ''}")
        elif record.type == "log" and (self._verbose or record.body["level"] != "info"):
            self._print(f"probe: {record.body['level']}: {record.body['text']}")
        if self._live and time.monotonic() - self._shown > _REFRESH_S:
            self._show()

    def _cut(self, done: int, count: int) -> None:
        """Tell how many power cuts are over, before the tests begin."""
        self._current = f"{done} of {count} power cuts made"
        if self._live:
            self._show()
        elif done % _CUTS_A_LINE == 0:
            self._print(f"{self._run.target.name}: {self._current}")

    def _print(self, line: str) -> None:
        if self._live:
            self._live.console.print(line, markup=False)
        else:
            print(line, flush=True)

    def _show(self) -> None:
        from rich.text import Text

        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{self._run.target.name}  {sum(self._counts.values())}/{self._total or '?'}  ")
        for verdict in TEST_VERDICTS:
            if self._counts[verdict]:
                line.append(f"{verdict} {self._counts[verdict]}  ", _STYLES[verdict])
        line.append(self._current, "dim")
        self._live.update(line, refresh=True)
        self._shown = time.monotonic()

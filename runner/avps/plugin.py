# SPDX-License-Identifier: GPL-2.0-or-later
"""The pytest plugin: every test that the probe plans is a pytest item."""

from __future__ import annotations

from typing import Any

import pytest

from avps.boot import Boot
from avps.errors import UserError
from avps.run import Run
from avps.transcript import Planned
from avps.verdicts import Result, result


_RAN = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


class GuestFailure(Exception):
    """A test that did not pass; its text is for people."""


class GuestTest(pytest.Item):
    """One planned test on one device and ring."""

    run: Run
    planned: Planned
    result: Result

    @classmethod
    def of(cls, session: pytest.Session, run: Run, planned: Planned) -> GuestTest:
        """Make the item; its clauses are keywords, so that `-k blk-024` finds it."""
        name = str(planned.key)
        item: GuestTest = cls.from_parent(session, name=name, nodeid=f"{run.target.name}::{name}")
        item.run = run
        item.planned = planned
        item.extra_keyword_matches.update(planned.clauses)
        return item

    def setup(self) -> None:
        """Wait for the result; to pytest, ERROR and MISS are errors of setup, not failures."""
        boot = self.run.boots[-1]
        if not boot.until_ended(self.planned.key):
            boot.finish()
        self.result = result(boot.transcript, self.planned, boot.cause, boot.detail)
        if self.result.verdict == "SKIP":
            pytest.skip(_text(self.result))
        if self.result.verdict in ("ERROR", "MISS"):
            raise GuestFailure(_text(self.result))

    def runtest(self) -> None:
        """Pass or fail by the result."""
        if self.result.verdict == "FAIL":
            raise GuestFailure(_text(self.result))

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Say where the test is, as far as the host knows."""
        return self.path, None, self.name


def _text(one: Result) -> str:
    """Tell a result that is not PASS in a few lines."""
    head = ": ".join(filter(None, (one.verdict, one.reason, one.message)))
    lines = [
        f"{bad.clause}: expected {bad.expected}, seen {bad.seen} ({bad.where})"
        for bad in one.failures
    ]
    return "\n".join([head, *lines])


class Plugin:
    """Boots the guest when pytest collects, and reads its records while pytest runs the items.

    Its hooks come before pytest's own of the same name, as it is registered after them.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.nothing_selected = False
        self.only_collects = False
        self.error: UserError | None = None

    def pytest_collection(self, session: pytest.Session) -> bool:
        """Collect from the guest's plan; what pytest deselects, the guest leaves out."""
        try:
            boot = self._run.start()
        except UserError as error:
            self.error = error
            raise pytest.exit.Exception(str(error)) from error
        boot.until_planned()
        plan = boot.transcript.plan
        everything = [GuestTest.of(session, self._run, plan[index]) for index in sorted(plan)]
        items = list(everything)
        keyword = session.config.option.keyword
        exact = [item for item in items if item.name == keyword]
        if exact:  # a whole name means that test, not every one that has it as a part of its name
            session.config.option.keyword = ""
            session.config.hook.pytest_deselected(
                items=[item for item in items if item not in exact]
            )
            items = exact
        session.config.hook.pytest_collection_modifyitems(
            session=session, config=session.config, items=items
        )
        session.items = list(items)
        session.testscollected = len(items)
        self.nothing_selected = bool(everything) and not items
        self.only_collects = session.config.option.collectonly
        if not self.nothing_selected and not self.only_collects:
            self._select(boot, items, whole=len(items) == len(everything))
        session.config.hook.pytest_collection_finish(session=session)
        return True

    def _select(self, boot: Boot, items: list[GuestTest], whole: bool) -> None:
        """Tell the guest what to run; "all" includes what only a lost plan record knows."""
        if whole:
            boot.answer("all")
        else:
            self._run.selected = {item.planned.key for item in items}
            boot.answer([item.planned.index for item in items])

    def pytest_runtest_makereport(
        self, item: GuestTest, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        """Give each report the time that the test took in the guest, and no Python traceback."""
        text = None
        if call.excinfo and isinstance(call.excinfo.value, GuestFailure):
            text = str(call.excinfo.value)
            call.excinfo = None  # pytest would read and parse our own source for each
        report = pytest.TestReport.from_item_and_call(item, call)
        if text:
            report.outcome, report.longrepr = "failed", text
        done = hasattr(item, "result") and call.when == "setup"
        report.duration = item.result.duration_ms / 1000 if done else 0.0
        return report

    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Before the first item: nothing to run means nothing to wait for."""
        if self.nothing_selected or self.only_collects:
            self._stop("nothing was to be run")

    def pytest_keyboard_interrupt(self) -> None:
        """Ctrl-C, or SIGTERM."""
        self._stop("the run was interrupted")

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Read to the end, unless pytest stopped before it (-x, a bad option)."""
        if exitstatus not in _RAN or session.shouldstop or session.shouldfail:
            self._stop("pytest stopped early")
        for boot in self._run.boots:
            boot.finish()

    def _stop(self, why: str) -> None:
        for boot in self._run.boots:
            boot.stop("interrupted", why)

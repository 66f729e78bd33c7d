# SPDX-License-Identifier: GPL-2.0-or-later
"""Waivers (`--waivers FILE`): failures that are known and accepted, by section 5 of
docs/verdicts.md. They change what a verdict means, and never the verdict itself.
"""

from __future__ import annotations

import datetime
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable

from avps.catalogue import Catalogue
from avps.clauses import ClauseVerdict
from avps.errors import UserError, near
from avps.lines import toml_line
from avps.verdicts import Result

# The copy of the file in a report's folder, by which the report can be made again.
FILE = "waivers.toml"

_KEYS = ("clause", "test", "target", "reason", "link", "expires")


@dataclass(frozen=True)
class Waiver:
    """One waiver, of a clause or of a test; `expires` is the last day on which it holds."""

    number: int
    clause: str | None
    test: str | None
    target: str
    reason: str
    link: str
    expires: datetime.date

    @property
    def what(self) -> str:
        """The clause's or the test's name."""
        return str(self.clause or self.test)


def parse(text: str, path: Path, catalogue: Catalogue) -> tuple[Waiver, ...]:
    """Take the text of the file `path`. Raises UserError naming file, line and remedy."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: {error}") from error
    for key in data:
        if key != "waiver":
            line = max(toml_line(text, "", key), toml_line(text, key))
            raise UserError(f"{path}:{line}: '{key}' is not known: write [[waiver]] for each")
    entries = data.get("waiver", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        line = toml_line(text, "waiver")
        raise UserError(f"{path}:{line}: 'waiver' must be tables: [[waiver]]")
    found: list[Waiver] = []
    for number, entry in enumerate(entries, start=1):
        one = _Reader(path, text, number, entry).waiver(catalogue)
        for other in found:
            if (other.what, other.target) == (one.what, one.target):
                raise UserError(
                    f"{path}:{toml_line(text, 'waiver', number=number)}: waiver {number}: is for "
                    f"the same as waiver {other.number}: take one of them out"
                )
        found.append(one)
    return tuple(found)


def refuse_expired(
    waivers: Iterable[Waiver], target: str, day: datetime.date, path: Path, text: str
) -> None:
    """Raise UserError if a waiver for this target has had its last day before `day` (W7)."""
    for one in waivers:
        if one.target == target and one.expires < day:
            line = toml_line(text, "waiver", "expires", number=one.number)
            raise UserError(
                f"{path}:{line}: waiver {one.number}: of {one.what} expired on {one.expires}: "
                "mend what it excuses, or have it renewed"
            )


class _Reader:
    """Turns one table into a Waiver, with complaints that name line and key."""

    def __init__(self, path: Path, text: str, number: int, entry: dict[str, Any]) -> None:
        self._path = path
        self._text = text
        self._number = number
        self._entry = entry

    def waiver(self, catalogue: Catalogue) -> Waiver:
        for key in self._entry:
            if key not in _KEYS:
                raise self._bad(key, f"is no key of a waiver: {near(key, _KEYS)}")
        named = [key for key in ("clause", "test") if key in self._entry]
        if len(named) != 1:
            raise self._bad("clause", "name a clause or a test, and not both")
        what = self._words(named[0])
        known = list(catalogue.clauses) if named[0] == "clause" else list(catalogue.tests)
        if what not in known:
            raise self._bad(named[0], f"'{what}' is not known: {near(what, known)}")
        return Waiver(
            number=self._number,
            clause=what if named[0] == "clause" else None,
            test=what if named[0] == "test" else None,
            target=self._words("target"),
            reason=self._words("reason"),
            link=self._words("link"),
            expires=self._day("expires"),
        )

    def _words(self, key: str) -> str:
        value = self._entry.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._bad(key, "must be a text that is not empty")
        return value.strip()

    def _day(self, key: str) -> datetime.date:
        value = self._entry.get(key)
        if type(value) is not datetime.date:
            raise self._bad(key, "must be its last day, without quotes: 2026-12-31")
        return value

    def _bad(self, key: str, problem: str) -> UserError:
        line = toml_line(self._text, "waiver", key, number=self._number)
        return UserError(f"{self._path}:{line}: waiver {self._number}: {key}: {problem}")


@dataclass
class Excuses:
    """The waivers that hold for one run, and what they turned out to excuse."""

    waivers: tuple[Waiver, ...]
    target: str
    day: datetime.date
    excused: dict[int, list[str]] = field(default_factory=dict)

    @property
    def active(self) -> list[Waiver]:
        """Those for this target that had not expired on the day of the run (W6, W7)."""
        return [one for one in self.waivers if one.target == self.target and not self._late(one)]

    def of_result(self, result: Result) -> list[Waiver]:
        """Give the waivers that excuse a result (W4); none, if it did not fail."""
        if result.verdict != "FAIL":
            return []
        return [one for one in self.active if one.test == result.key.test]

    def of_clause(self, judged: ClauseVerdict) -> list[Waiver]:
        """Give the waivers that excuse the FAIL of a clause (W1 to W3); none, if it holds."""
        if judged.verdict != "FAIL":
            return []
        found = [one for one in self.active if one.clause == judged.clause.id]
        failed = {result.key.test for result in judged.failed}
        of_tests = [one for one in self.active if one.test in failed]
        if failed == {one.test for one in of_tests}:
            found += of_tests
        return found

    def use(self, waivers: Iterable[Waiver], what: str) -> None:
        """Take down that these waivers excuse `what`."""
        for one in waivers:
            names = self.excused.setdefault(one.number, [])
            if what not in names:
                names.append(what)

    def state(self, waiver: Waiver, left_out: set[str], catalogue: Catalogue) -> str:
        """Say what became of a waiver; `left_out`: tests of which a selection left some out."""
        if waiver.target != self.target:
            return "other-target"
        if self._late(waiver):
            return "expired"
        if self.excused.get(waiver.number):
            return "used"
        tests = (
            {waiver.test}
            if waiver.test
            else {one.test for one in catalogue.tests_of.get(str(waiver.clause), ())}
        )
        return "not-selected" if tests & left_out else "unused"

    def _late(self, waiver: Waiver) -> bool:
        return waiver.expires < self.day

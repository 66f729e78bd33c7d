# SPDX-License-Identifier: GPL-2.0-or-later
"""The defects of the reference devices: refdev/*/defects.json, one entry a line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Collection, Iterator, Sequence

from avps.errors import UserError, near

_NAME = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
_BLANK = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Defect:
    """A named way to make a reference device wrong, and the clauses that it then breaks."""

    name: str
    text: str
    clauses: tuple[str, ...]
    where: str  # file:line


_KEYS = tuple(one.name for one in fields(Defect) if one.name != "where")


def load(refdev: Path, known: Collection[str]) -> list[Defect]:
    """Read the files below folder `refdev`; `known` are the ids of all clauses.

    Raises UserError with the first mistake, by file and line.
    """
    found, mistakes = read(refdev, known)
    if mistakes:
        more = f" (and {len(mistakes) - 1} more mistakes)" if len(mistakes) > 1 else ""
        raise UserError(mistakes[0] + more)
    return found


def select(defects: Sequence[Defect], expression: str) -> list[Defect]:
    """Give those that match by name or clause, as pytest's -k does; all of them for "".

    Raises UserError for an expression that can't be read or matches none.
    """
    if not expression:
        return list(defects)
    from _pytest.mark.expression import Expression, ParseError  # slow to import

    try:
        wanted = Expression.compile(expression)
    except ParseError as error:
        raise UserError(f"-k '{expression}': {error}: say words with and, or, not") from error
    found = [
        one
        for one in defects
        if wanted.evaluate(
            lambda word: any(word.lower() in name for name in (one.name, *one.clauses))
        )
    ]
    if not found:
        known = [name for one in defects for name in (one.name, *one.clauses)]
        raise UserError(f"-k '{expression}' selects no defect: {near(expression, known)}")
    return found


def read(refdev: Path, known: Collection[str]) -> tuple[list[Defect], list[str]]:
    """Read the files below folder `refdev`: give the good entries, and a line for each mistake."""
    reader = _Reader(known)
    for path in sorted(refdev.glob("*/defects.json")):
        reader.read(path)
    return list(reader.found.values()), reader.mistakes


class _Reader:
    """Takes one file after the other, and complains by file and line."""

    def __init__(self, known: Collection[str]) -> None:
        self.found: dict[str, Defect] = {}
        self.mistakes: list[str] = []
        self._known = known

    def read(self, path: Path) -> None:
        try:
            text = path.read_text()
        except (OSError, UnicodeDecodeError) as error:
            self.mistakes.append(f"{path}: {error}")
            return
        try:
            for at, entry in _entries(text):
                where = f"{path}:{_line(text, at)}"
                mistakes = list(self._wrong(path.parent.name, entry))
                self.mistakes += [f"{where}: {mistake}" for mistake in mistakes]
                if not mistakes:
                    clauses = tuple(entry["clauses"])
                    name = entry["name"]
                    self.found[name] = Defect(name, entry["text"], clauses, where)
        except json.JSONDecodeError as error:
            where = f"{path}:{_line(text, error.pos)}"
            self.mistakes.append(
                f"{where}: broken JSON: {error.msg}: it must be a list of objects, one a line, "
                "with a comma between them"
            )

    def _wrong(self, folder: str, entry: Any) -> Iterator[str]:
        """Say what is wrong with an entry of the file in `folder`."""
        if not isinstance(entry, dict):
            yield f"must be an object with {', '.join(_KEYS)}, not {entry!r:.40}"
            return
        for key in entry:
            if key not in _KEYS:
                yield f"'{key}' is no key of a defect: {near(key, _KEYS)}"
        missing = [key for key in _KEYS if key not in entry]
        if missing:
            yield f"lacks {', '.join(missing)}: say {', '.join(_KEYS)}"
            return
        yield from self._wrong_name(folder, entry["name"])
        if not isinstance(entry["text"], str) or not entry["text"].strip():
            yield "text: say what is wrong with the device"
        yield from self._wrong_clauses(entry["clauses"])

    def _wrong_name(self, folder: str, name: Any) -> Iterator[str]:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield f"name: must be of a-z, 0-9 and _, after '{folder}.', not {name!r:.60}"
        elif not name.startswith(f"{folder}."):
            right = f"{folder}.{name.partition('.')[2]}"
            yield f"name: {name} must start with its folder's name: say {right}, or move it"
        elif name in self.found:
            yield f"name: {name} stands already at {self.found[name].where}: rename one"

    def _wrong_clauses(self, clauses: Any) -> Iterator[str]:
        right = isinstance(clauses, list) and all(isinstance(one, str) for one in clauses)
        if not right or not clauses:
            yield "clauses: must list the ids of the clauses that it breaks, at least one"
            return
        for one in clauses:
            if one not in self._known:
                yield f"no clause {one} in suite/*/clauses.json: {near(one, self._known)}"
        if len(set(clauses)) < len(clauses):
            yield "clauses: one is there twice: take it away"


def _entries(text: str) -> Iterator[tuple[int, Any]]:
    """Yield the entries of a JSON list, and where each starts; raises JSONDecodeError."""
    decoder = json.JSONDecoder()
    at = _expect(text, 0, "[")
    if text[at : at + 1] == "]":
        at += 1
    else:
        while True:
            entry, end = decoder.raw_decode(text, at)
            yield at, entry
            end = _skip(text, end)
            if text[end : end + 1] == "]":
                at = end + 1
                break
            at = _expect(text, end, ",")
    if _skip(text, at) < len(text):
        raise json.JSONDecodeError("something follows the list", text, _skip(text, at))


def _expect(text: str, at: int, sign: str) -> int:
    """Give the place behind `sign`, which must be next, and behind the blanks after it."""
    at = _skip(text, at)
    if text[at : at + 1] != sign:
        raise json.JSONDecodeError(f"'{sign}' is missing", text, at)
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1

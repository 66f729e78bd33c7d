# SPDX-License-Identifier: GPL-2.0-or-later
"""On which line of a JSON or TOML file something stands, for messages that say so.

Neither of Python's readers tells; both files have been read well before anybody asks here.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Sequence, Union

Step = Union[str, int]

_SPACE = re.compile(r"[\s,:]*")


def json_line(text: str, path: Sequence[Step]) -> int:
    """Give the line on which the value at `path` (keys and indexes) starts, or its parent's."""
    at = _after_space(text, 0)
    for step in path:
        found = _child(text, at, step)
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


def _child(text: str, at: int, step: Step) -> int | None:
    """Give where the child `step` of the object or list that starts `at` starts."""
    end = {"{": "}", "[": "]"}.get(text[at])
    if end is None:
        return None
    at, number = _after_space(text, at + 1), 0
    while text[at] != end:
        key: Step = number
        if end == "}":
            key, at = scanstring(text, at + 1)
            at = _after_space(text, at)
        if key == step:
            return at
        _, at = json.JSONDecoder().raw_decode(text, at)
        at, number = _after_space(text, at), number + 1
    return None


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def toml_line(text: str, table: str, key: str = "", word: str = "", number: int = 1) -> int:
    """Give the line of `key`, or of `word` in its value, in the `number`th table of that name.

    `table` "" is what stands before the first table. What isn't found is answered with the line of
    what it would stand in; at worst that is 1.
    """
    lines = text.splitlines()
    first, last = _table(lines, table, number)
    if not key:
        return first + 1
    assignment = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]")
    found = next((at for at in range(first, last) if assignment.match(lines[at])), None)
    if found is None:
        return first + 1
    if word:
        quoted = re.compile(rf"[\"']{re.escape(word)}[\"']")
        return next((at for at in range(found, last) if quoted.search(lines[at])), found) + 1
    return found + 1


def _table(lines: Sequence[str], name: str, number: int) -> tuple[int, int]:
    """Give the lines of a table from its head to before the next one's, counted from 0."""
    heads = [
        (at, match[1].replace(" ", ""))
        for at, line in enumerate(lines)
        if (match := re.match(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(#.*)?$", line))
    ]
    if not name:
        return 0, heads[0][0] if heads else len(lines)
    starts = [place for place, (_, head) in enumerate(heads) if head == name]
    if len(starts) < number:
        return 0, len(lines)
    place = starts[number - 1]
    end = heads[place + 1][0] if place + 1 < len(heads) else len(lines)
    return heads[place][0], end

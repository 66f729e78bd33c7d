# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a file differs from the one that it should be: by key, or by line."""

from __future__ import annotations

import json
from typing import Any, Callable, Iterator

_SHOWN = 90

# What names an element of a list, so that one that was taken out doesn't shift all others.
_NAMES: tuple[tuple[str, ...], ...] = (
    ("test", "device", "ring"),
    ("id",),
    ("number",),
    ("part",),
    ("file",),
    ("section",),
    ("bit",),
)


def by_key(expected: Any, found: Any, where: str = "") -> Iterator[str]:
    """Tell each difference between two JSON values: the key, what is expected, what was found."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected:
            at = f"{where}.{key}" if where else key
            if key in found:
                yield from by_key(expected[key], found[key], at)
            else:
                yield f"{at} is missing, expected {_shown(expected[key])}"
        for key in found:
            if key not in expected:
                yield f"{where}.{key}".lstrip(".") + f" was added: {_shown(found[key])}"
    elif isinstance(expected, list) and isinstance(found, list):
        yield from _of_lists(expected, found, where)
    elif type(expected) is not type(found) or expected != found:
        yield f"{where or 'all of it'}: expected {_shown(expected)}, found {_shown(found)}"


def _of_lists(expected: list[Any], found: list[Any], where: str) -> Iterator[str]:
    name = _naming(expected, found)
    wanted = {name(one, at): one for at, one in enumerate(expected)}
    there = {name(one, at): one for at, one in enumerate(found)}
    for key in wanted:
        if key in there:
            yield from by_key(wanted[key], there[key], f"{where}[{key}]")
        else:
            yield f"{where}[{key}] is missing, expected {_shown(wanted[key])}"
    for key in there:
        if key not in wanted:
            yield f"{where}[{key}] was added: {_shown(there[key])}"
    order = [key for key in wanted if key in there]
    for should, does in zip(order, (key for key in there if key in wanted)):
        if should != does:
            yield f"{where}: other order: expected [{should}], found [{does}] in its place"
            break


def _naming(*lists: list[Any]) -> Callable[[Any, int], str]:
    """Give what names the elements of these lists: fields, if they are unique; else places."""

    def of(fields: tuple[str, ...], one: Any) -> str:
        more = [str(one[field]) for field in fields[1:] if one[field] is not None]
        return f"{one[fields[0]]}[{'-'.join(more)}]" if more else str(one[fields[0]])

    for fields in _NAMES:
        if all(
            all(isinstance(one, dict) and one.keys() >= set(fields) for one in many)
            and len({of(fields, one) for one in many}) == len(many)
            for many in lists
        ):
            return lambda one, _: of(fields, one)
    return lambda _, at: str(at)


def by_line(expected: str, found: str) -> Iterator[str]:
    """Tell the differing lines of two texts: each number, what is expected, what was found."""
    wanted, there = expected.split("\n"), found.split("\n")
    if len(wanted) == len(there):
        for number, (should, does) in enumerate(zip(wanted, there), start=1):
            if should != does:
                yield f"line {number}: {_around(should, does)}"
        return
    at = next(
        (i for i, (should, does) in enumerate(zip(wanted, there)) if should != does),
        min(len(wanted), len(there)),
    )
    wanted, there = [*wanted, "the end"], [*there, "the end"]
    yield f"line {at + 1}: {_around(wanted[at], there[at])}"


def _around(expected: str, found: str) -> str:
    """Show two differing lines from shortly before they differ."""
    pairs = enumerate(zip(expected, found))
    start = next((at for at, (one, other) in pairs if one != other), None)
    if start is None:  # one of them is the beginning of the other
        start = min(len(expected), len(found))
    start = max(0, start - 20)
    return f"expected {_cut(expected[start:])!r}, found {_cut(found[start:])!r}"


def _shown(value: Any) -> str:
    return _cut(json.dumps(value, ensure_ascii=True))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"

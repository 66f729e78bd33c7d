# SPDX-License-Identifier: GPL-2.0-or-later
"""What fields a record must have (docs/records.md), and the files in a report's folder that it is
made of, so that nobody behind here has to ask.
"""

from __future__ import annotations

from typing import Any

_TEXT = (str, None)
_RING = ("split", "packed", None)
_ITEM = {"test": str, "device": str, "ring": _RING}

# A shape is a type, a literal, [shape of each element], {key: shape}, {str: shape of each value} or
# (one, or another).
SHAPES: dict[str, dict[Any, Any]] = {
    "hello": {
        "protocol": "avps-records/1",
        "probe": str,
        "nonce": str,
        "arch": str,
        "kernel": str,
        "cmdline": str,
        "memory_kib": int,
        "interactive": bool,
    },
    "device": {
        "id": str,
        "device_type": str,
        "virtio_id": int,
        "transport": ("pci", "mmio"),
        "features": [int],
        "rings": [("split", "packed")],
        "queues": [{"index": int, "size": int}],
        "interrupts": ("msix", "intx", "none"),
        "vectors": int,
        "bus": {str: (int, str, bool, None)},
        "problem": _TEXT,
    },
    "plan": {"first": int, "total": int, "items": [{**_ITEM, "clauses": [str]}]},
    "ask": {"id": int, "what": str},  # and ASKS
    "log": {"level": ("info", "warning", "error"), "text": str},
    "begin": {"index": int, **_ITEM},
    "check": {**_ITEM, "clause": str, "verdict": str, "expected": str, "seen": str, "where": str},
    "progress": {"index": int, **_ITEM, "number": int, "sector": int, "sectors": int},
    "cut": {
        "index": int,
        **_ITEM,
        "number": int,
        "after": int,
        "mode": _TEXT,
        "last": int,
        "judged": int,
        "lost": (None, [int]),
        "seen": _TEXT,
        "next": _TEXT,
        "why": _TEXT,
    },
    "figure": {
        **_ITEM,
        "name": str,
        "unit": str,
        "median": int,
        "p99": int,
        "most": int,
        "count": int,
    },
    "trace": {**_ITEM, "lost": int, "entries": [str]},
    "end": {
        "index": int,
        **_ITEM,
        "verdict": ("PASS", "FAIL", "SKIP", "ERROR", "MISS"),
        "reason": _TEXT,
        "message": _TEXT,
        "duration_us": int,
        "checks": int,
        "clauses": {str: {"pass": int, "fail": int}},
    },
    "bye": {"records": int, "sha256": str},
}


_NUMBER = (int, float)

# run.json, but for `origin`, which is told and not judged by.
RUN: dict[Any, Any] = {
    "id": str,
    "started": str,
    "nonce": str,
    "duration_s": _NUMBER,
    "selected": (None, [list]),
    "target": {
        "name": str,
        "description": str,
        "vmm": str,
        "version": _TEXT,
        "arch": str,
        "accel": str,
        "command": [str],
    },
    "profile": {str: str},
    "given": {str: str},
    "boots": [{"cause": _TEXT, "detail": _TEXT, "exit": (int, None), "duration_s": _NUMBER}],
}

CATALOGUE: dict[Any, Any] = {
    "clauses": [
        {
            "id": str,
            "suite": str,
            "level": ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"),
            "section": str,
            "since": str,
            "testable": str,
            "text": _TEXT,
            "kind": str,
            "note": _TEXT,
        }
    ],
    "tests": [
        {
            "test": str,
            "suite": str,
            "virtio_id": (int, None),
            "transport": _TEXT,
            "clauses": [str],
            "source": _TEXT,
        }
    ],
    "types": {
        str: {
            "virtio_id": (int, None),
            "features": [{"bit": int, "name": str, "since": str, "legacy": bool}],
        }
    },
}


def check(value: Any, shape: dict[Any, Any], where: str) -> None:
    """Raise ValueError, saying what is wrong, if what was read from a file hasn't its shape."""
    problem = _mismatch(value, shape, where)
    if problem:
        raise ValueError(problem)


# What a question has beside, by its `what`.
ASKS: dict[str, dict[Any, Any]] = {
    "select": {},
    "block-resize": {"disk": str, "sectors": [int]},
    "block-facts": {"disk": str},
    "power-cuts": {"disk": str, "ring": _RING, "first": int},
    "write-records": {"disk": str, "modes": [str]},
}


def mismatch(body: dict[str, Any]) -> str | None:
    """Say what is wrong with a record's fields; None if nothing is, or its type is unknown."""
    shape = SHAPES.get(str(body.get("type")))
    if shape and body["type"] == "ask":
        shape = {**shape, **ASKS.get(str(body.get("what")), {})}
    return _mismatch(body, shape, str(body.get("type"))) if shape else None


def _mismatch(value: Any, shape: Any, where: str) -> str | None:
    if isinstance(shape, tuple):
        return (
            None
            if any(_mismatch(value, one, where) is None for one in shape)
            else _wrong(where, value)
        )
    if isinstance(shape, list):
        if not isinstance(value, list):
            return _wrong(where, value)
        problems = (_mismatch(one, shape[0], f"{where}[{i}]") for i, one in enumerate(value))
        return next(filter(None, problems), None)
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return _wrong(where, value)
        if str in shape:
            problems = (_mismatch(one, shape[str], f"{where}.{key}") for key, one in value.items())
        else:
            problems = (
                _mismatch(value[key], one, f"{where}.{key}")
                if key in value
                else f"{where}.{key} is missing"
                for key, one in shape.items()
            )
        return next(filter(None, problems), None)
    if isinstance(shape, type):
        right = isinstance(value, shape) and not (shape is int and isinstance(value, bool))
        return None if right else _wrong(where, value)
    return None if value == shape else _wrong(where, value)


def _wrong(where: str, value: Any) -> str:
    return f"{where} is {value!r:.60}"

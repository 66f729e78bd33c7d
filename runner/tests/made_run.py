# SPDX-License-Identifier: GPL-2.0-or-later
"""Made-up runs in a few words: a small catalogue, a profile of one's own, and what a guest said."""

from __future__ import annotations

import hashlib
import json
import textwrap
from pathlib import Path
from typing import Any, Sequence

from avps import statement, waivers
from avps.boot import Arrival
from avps.catalogue import Catalogue, Clause, ProbeTest
from avps.devicetypes import DeviceTypes, Feature
from avps.evidence import BootFacts, Evidence
from avps.measure import Given, Measure
from avps.profiles import Profile
from avps.records import Record
from avps.report import build
from avps.transcript import Key

DAY = "2026-05-20"
TARGET = "made"

# id, suite, level, since, testable
CLAUSES = [
    ("blk-001", "block", "MUST", "1.1", "guest"),
    ("blk-002", "block", "MUST NOT", "1.1", "guest"),
    ("blk-003", "block", "SHOULD", "1.1", "guest"),
    ("blk-004", "block", "MUST", "1.2", "guest"),
    ("blk-005", "block", "MAY", "1.1", "no"),
    ("blk-006", "block", "MUST", "1.1", "host"),
    ("net-001", "net", "MUST", "1.1", "guest"),
    ("net-002", "net", "MUST", "1.1", "no"),
    ("core-001", "core", "MUST", "1.1", "guest"),
    ("core-002", "core", "MUST", "1.1", "no"),
    ("mmio-001", "mmio", "MUST", "1.1", "no"),
]
# name, the virtio_id that it is for, its clauses
TESTS = [
    ("block.one", 2, "blk-001"),
    ("block.again", 2, "blk-001"),
    ("block.two", 2, "blk-002"),
    ("block.should", 2, "blk-003"),
    ("block.new", 2, "blk-004"),
    ("net.one", 1, "net-001"),
    ("core.one", None, "core-001"),
]
TYPES = DeviceTypes(
    {"block": 2, "net": 1, "core": None},
    {
        "block": (
            Feature(5, "VIRTIO_BLK_F_RO", "1.0", False),
            Feature(9, "VIRTIO_BLK_F_FLUSH", "1.0", False),
            Feature(13, "VIRTIO_BLK_F_DISCARD", "1.1", False),
        ),
        "net": (Feature(5, "VIRTIO_NET_F_MAC", "1.0", False),),
        "core": (Feature(32, "VIRTIO_F_VERSION_1", "1.0", False),),
    },
)
QUESTION = "is-physical"
LINE: dict[str, Any] = {
    "id": "REQ-1",
    "section": "1",
    "level": "MUST",
    "status": "firm",
    "text": "What is asked.",
    "provenance": "draft",
    "present": False,
    **dict.fromkeys(("condition", "device", "ics", "virtio", "note")),
    **{key: [] for key in ("features", "unless", "clauses", "tests")},
}

DISK: dict[str, Any] = {"id": "disk", "device_type": "block", "virtio_id": 2, "features": [9, 32]}
OTHER = {**DISK, "id": "other"}
READ_ONLY = {**DISK, "id": "sealed", "features": [5, 32]}
NET: dict[str, Any] = {"id": "net", "device_type": "net", "virtio_id": 1, "features": [32]}
BROKEN = {**DISK, "id": "broken", "features": [], "problem": "it does not leave reset"}
_DEVICE: dict[str, Any] = {
    "type": "device",
    "transport": "pci",
    "rings": ["split"],
    "queues": [],
    "interrupts": "none",
    "vectors": 0,
    "bus": {},
    "problem": None,
}

NAMED = {name: tuple(clauses.split()) for name, _, clauses in TESTS}


def catalogue() -> Catalogue:
    """Give the small catalogue."""
    return Catalogue(
        {
            name: Clause(name, suite, level, "1", since, testable, None, "block", None)
            for name, suite, level, since, testable in CLAUSES
        },
        {
            name: ProbeTest(name, name.split(".")[0], number, None, NAMED[name], None)
            for name, number, _ in TESTS
        },
        TYPES,
    )


def profile(*lines: dict[str, Any]) -> Profile:
    """Give a profile of lines, each told by what differs from `LINE`; of none: no profile."""
    if not lines:
        return Profile("virtio", "everything", "1.4", None, (), {}, (), "")
    data = {
        "name": "made",
        "title": "A made-up profile",
        "virtio": "1.1",
        "note": None,
        "chapters": [{"section": "1", "title": "Everything"}],
        "ics_questions": [{"id": QUESTION, "text": "Is it physical?", "answer": "yes/no"}],
        "requirements": [{**LINE, **line} for line in lines],
    }
    return Profile.parse(json.dumps(data), Path("made.json"), catalogue(), "made")


def claims(text: str = "", devices: str = "", **features: str) -> str:
    """Give a statement's text that claims device types and features, and ends in `text`."""
    of_types = "".join(
        f"{name} = {json.dumps(words.split())}\n" for name, words in features.items()
    )
    return (
        textwrap.dedent(
            f"""\
            contact = "someone"
            date = 2026-05-01
            [product]
            vendor = "Vendor"
            name = "Product"
            version = "1"
            [claims]
            devices = {json.dumps(devices.split())}
            [claims.features]
            """
        )
        + of_types
        + "[answers]\n"
        + text
    )


def waiver(what: str, target: str = TARGET, expires: str = DAY) -> str:
    """Give the text of a waiver of a clause or a test."""
    key = "test" if "." in what else "clause"
    return (
        f'[[waiver]]\n{key} = "{what}"\ntarget = "{target}"\nreason = "known"\n'
        f'link = "https://example.com/1"\nexpires = {expires}\n'
    )


def measure(lines: Sequence[dict[str, Any]], ics: str | None = None, waived: str = "") -> Measure:
    """Give what a run is judged by. Raises UserError as reading the files would."""
    known = catalogue()
    chosen = profile(*lines)
    return Measure(
        known,
        chosen,
        statement.parse(ics, Path("ics.toml"), TYPES, chosen.questions) if ics else None,
        waivers.parse(waived, Path("waivers.toml"), known),
        {"waivers.toml": Given("waivers.toml", Path("waivers.toml"), waived)},
    )


def evidence(
    results: Sequence[str],
    devices: Sequence[dict[str, Any]] = (DISK,),
    left_out: Sequence[str] = (),
    broke_off: bool = False,
) -> Evidence:
    """Give a run of `TEST DEVICE VERDICT [CLAUSE or REASON]` each.

    A FAIL with a clause's name failed in it, and judged no other; `PASS nothing` judged nothing.
    `left_out`: `TEST DEVICE` that were planned, and not selected. `broke_off`: of the plan the last
    part never came, and nothing after it.
    """
    told = [line.split() for line in results]
    plan = [(words[0], words[1]) for words in [*told, *(line.split() for line in left_out)]]
    items = [
        {"test": test, "device": device, "ring": None, "clauses": list(NAMED[test])}
        for test, device in plan
    ]
    bodies: list[dict[str, Any]] = [
        {
            **{"type": "hello", "protocol": "avps-records/1", "probe": "0", "nonce": "n"},
            **{"arch": "x86_64", "kernel": "6.1", "cmdline": "", "memory_kib": 1},
            "interactive": True,
        },
        *({**_DEVICE, **device} for device in devices),
        {"type": "plan", "first": 0, "total": len(items) + broke_off, "items": items},
    ]
    for index, words in enumerate(told):
        bodies += _result(index, *words)
    if not broke_off:
        texts = "".join(json.dumps(body) + "\n" for body in bodies)
        digest = hashlib.sha256(texts.encode()).hexdigest()
        bodies.append({"type": "bye", "records": len(bodies), "sha256": digest})
    return Evidence(
        id="made-1",
        started=f"{DAY}T12:00:00+00:00",
        nonce="n",
        target={
            **{"name": TARGET, "description": "", "vmm": "none", "version": None},
            **{"arch": "x86_64", "accel": "none", "command": []},
        },
        profile={},
        selected={Key(words[0], words[1], None) for words in told} if left_out else None,
        boots=[BootFacts("silent" if broke_off else None, "it hung", None, 1.0)],
        arrivals=[
            (0, Arrival(0.0, Record(seq, json.dumps(body), body)))
            for seq, body in enumerate(bodies)
        ],
    )


def _result(
    index: int, test: str, device: str, verdict: str, detail: str | None = None
) -> list[dict[str, Any]]:
    key: dict[str, Any] = {"test": test, "device": device, "ring": None}
    judged = {}
    if verdict == "PASS" and detail is None:
        judged = {name: {"pass": 1, "fail": 0} for name in NAMED[test]}
    failed = detail if verdict == "FAIL" and detail and "-0" in detail else None
    if failed:
        judged = {failed: {"pass": 0, "fail": 1}}
    reason = None if failed or detail == "nothing" else detail
    check: dict[str, Any] = {
        "clause": failed,
        "verdict": "FAIL",
        "expected": "0",
        "seen": "1",
        "where": "x.c:1",
    }
    end = {
        **key,
        "type": "end",
        "index": index,
        "verdict": verdict,
        "reason": reason,
        "message": None,
        "duration_us": 1,
        "checks": 1,
        "clauses": judged,
    }
    return [
        {"type": "begin", "index": index, **key},
        *([{**key, **check, "type": "check"}] if failed else []),
        end,
    ]


def report(
    results: Sequence[str],
    lines: Sequence[dict[str, Any]] = (),
    ics: str | None = None,
    waived: str = "",
    **of_run: Any,
) -> dict[str, Any]:
    """Judge a made-up run (`evidence`) by lines of a profile, a statement and waivers."""
    return build(evidence(results, **of_run), measure(lines, ics, waived))

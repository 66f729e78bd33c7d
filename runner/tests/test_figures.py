# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures: measured by the probe, told by the report, and judged by nobody."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from avps.boot import Arrival
from avps.evidence import Evidence
from avps.records import Record
from avps.report import build
from avps.shapes import mismatch
from avps.transcript import Transcript
from made_run import evidence, measure

FIGURE: dict[str, Any] = {
    **{"type": "figure", "index": 0, "test": "block.one", "device": "disk", "ring": None},
    **{"name": "read latency", "unit": "us", "median": 117, "p99": 214, "most": 260, "count": 100},
}
FLUSH = {**FIGURE, "name": "flush latency", "median": 900, "p99": 1500, "most": 4100}
RUN = ["block.one disk PASS", "block.two disk FAIL blk-002"]


def told(figure: dict[str, Any]) -> dict[str, Any]:
    """Give the report's entry of a record."""
    return {key: value for key, value in figure.items() if key not in ("type", "index")}


def with_figures(run: Evidence, *figures: dict[str, Any]) -> Evidence:
    """Give a run in which the probe sent these before the first test ended."""
    bodies = [arrival.record.body for _, arrival in run.arrivals if arrival.record.type != "bye"]
    at = next(number for number, body in enumerate(bodies) if body["type"] == "end")
    bodies[at:at] = figures
    digest = hashlib.sha256("".join(json.dumps(body) + "\n" for body in bodies).encode())
    bodies.append({"type": "bye", "records": len(bodies), "sha256": digest.hexdigest()})
    records = [Record(seq, json.dumps(body), body) for seq, body in enumerate(bodies)]
    return replace(run, arrivals=[(0, Arrival(0.0, record)) for record in records])


def test_the_report_tells_them_and_judges_as_without() -> None:
    plain = evidence(RUN)
    report = build(with_figures(plain, FIGURE, FLUSH), measure([]))
    assert report["figures"] == [told(FIGURE), told(FLUSH)]
    without = build(plain, measure([]))
    assert without.pop("figures") == []
    del report["figures"]
    assert report == without
    assert report["run"]["complete"] and report["summary"]["verdict"] == "non-conformant"


def test_their_order_is_that_of_the_probe() -> None:
    transcript = Transcript()
    for seq, body in ((2, FLUSH), (1, FIGURE), (2, FLUSH), (3, FIGURE)):
        transcript.add(Record(seq, json.dumps(body), body))
    assert transcript.figures() == [FIGURE, FLUSH, FIGURE]
    assert transcript.malformed == [] and transcript.log.conflicts == []


@pytest.mark.parametrize("key", [key for key in FIGURE if key not in ("type", "index")])
def test_a_figure_without_a_field_is_none(key: str) -> None:
    body = {name: value for name, value in FIGURE.items() if name != key}
    assert mismatch(FIGURE) is None
    assert mismatch(body) == f"figure.{key} is missing"
    transcript = Transcript()
    assert not transcript.add(Record(0, json.dumps(body), body))
    assert transcript.figures() == []


@pytest.mark.parametrize("key", ["median", "p99", "most", "count"])
def test_a_number_is_a_whole_one(key: str) -> None:
    for value in ("7", 7.5, None, True):
        assert mismatch({**FIGURE, key: value}) == f"figure.{key} is {value!r}"

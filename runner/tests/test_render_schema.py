# SPDX-License-Identifier: GPL-2.0-or-later
"""The schema of report.json: it is valid, takes honest reports, and refuses crooked ones."""

from __future__ import annotations

import copy
import json
from typing import Any, Callable, Iterator

import jsonschema
import pytest
from avps.render import sample
from avps.render.features import feature_name
from avps.render.paths import SCHEMA

Report = dict[str, Any]


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    """The schema, itself checked against its meta-schema."""
    text = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(text)
    return jsonschema.Draft202012Validator(text)


@pytest.mark.parametrize("make", [sample.conformant, sample.non_conformant, sample.incomplete])
def test_samples_are_valid(
    schema: jsonschema.Draft202012Validator, make: Callable[[], Report]
) -> None:
    schema.validate(make())
    schema.validate(sample.with_requirements(make()))


def test_the_sample_of_a_certificate_is_valid(schema: jsonschema.Draft202012Validator) -> None:
    schema.validate(sample.certificate())


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from _objects(child)


def test_every_key_is_described_and_required(schema: jsonschema.Draft202012Validator) -> None:
    closed = [node for node in _objects(schema.schema) if "additionalProperties" in node]
    records = [node for node in closed if "properties" in node]
    assert len(records) >= 12
    for record in records:
        assert record["additionalProperties"] is False
        assert sorted(record["required"]) == sorted(record["properties"])
        for key, value in record["properties"].items():
            assert value.get("description"), key


def _first(verdict: str) -> Callable[[Report], dict[str, Any]]:
    return lambda report: next(r for r in report["results"] if r["verdict"] == verdict)


CROOKED: dict[str, Callable[[Report], Any]] = {
    "unknown key": lambda r: r.update(colour="red"),
    "unknown key in a result": lambda r: r["results"][0].update(colour="red"),
    "key left out": lambda r: r["run"].pop("nonce"),
    "other format": lambda r: r.update(schema="avps-report/2"),
    "verdict of a test": lambda r: r["results"][0].update(verdict="OK"),
    "verdict of a clause": lambda r: r["clauses"][0].update(verdict="SKIP"),
    "verdict of the run": lambda r: r["summary"].update(verdict="PASS"),
    "count below zero": lambda r: r["summary"]["tests"].update(PASS=-1),
    "test without a suite": lambda r: r["results"][0].update(test="flush"),
    "ring": lambda r: r["results"][0].update(ring="circular"),
    "pass with a reason": lambda r: _first("PASS")(r).update(reason="launch"),
    "skip without a reason": lambda r: _first("SKIP")(r).update(reason=None),
    "skip with the reason of a miss": lambda r: _first("SKIP")(r).update(reason="timeout"),
    "failure without its source": lambda r: _first("FAIL")(r)["failures"][0].pop("where"),
    "clause id": lambda r: r["clauses"][0].update(id="BLK 24"),
    "level": lambda r: r["clauses"][0].update(level="OUGHT"),
    "clause judged as skipped": lambda r: _first("PASS")(r)["clauses"].update({"blk-1": "SKIP"}),
    "feature bit": lambda r: r["devices"][0]["features"][0].update(bit=128),
    "transport": lambda r: r["devices"][0].update(transport="usb"),
    "figure of nothing": lambda r: r["figures"][0].update(count=0),
    "figure below zero": lambda r: r["figures"][0].update(median=-1),
    "date": lambda r: r["run"].update(started="yesterday"),
    "incomplete without a cause": lambda r: r["run"].update(complete=False),
    "complete with a cause": lambda r: r["run"].update(cause="the guest died"),
}


@pytest.mark.parametrize("what", CROOKED)
def test_crooked_report_is_refused(schema: jsonschema.Draft202012Validator, what: str) -> None:
    report = sample.non_conformant()
    CROOKED[what](report)
    assert not schema.is_valid(report)


def test_an_incomplete_run_is_never_conformant(schema: jsonschema.Draft202012Validator) -> None:
    report = sample.incomplete()
    for verdict in ("conformant", "non-conformant"):
        report["summary"]["verdict"] = verdict
        assert not schema.is_valid(copy.deepcopy(report))


@pytest.mark.parametrize(
    "virtio_id, bit, name",
    [
        (2, 9, "VIRTIO_BLK_F_FLUSH"),
        (1, 5, "VIRTIO_NET_F_MAC"),
        (2, 32, "VIRTIO_F_VERSION_1"),
        (4, 34, "VIRTIO_F_RING_PACKED"),
        (4, 9, None),
        (99, 127, None),
    ],
)
def test_feature_bits_have_their_names(virtio_id: int, bit: int, name: str | None) -> None:
    assert feature_name(virtio_id, bit) == name

# SPDX-License-Identifier: GPL-2.0-or-later
"""Every numbered rule of docs/verdicts.md has at least one case here, each a made-up report."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import made_run
import pytest
from fake_tree import ROOT
from made_run import BROKEN, DISK, NET, OTHER, READ_ONLY, claims, waiver

from avps.errors import UserError
from avps.waivers import refuse_expired

RULES = re.findall(r"^\| ([A-Z]\d+) \|", (ROOT / "docs/verdicts.md").read_text(), re.MULTILINE)

BLK = {"device": "block", "clauses": ["blk-*"]}
ONE: dict[str, Any] = {"clauses": ["blk-001"]}
BOTH = {"clauses": ["blk-001", "blk-002"]}
FLUSH = {"device": "block", "features": ["VIRTIO_BLK_F_FLUSH"]}
BY_TEST = {"tests": ["block.one"]}
IF_NET = {"condition": {"device": "net"}, "device": "net", "clauses": ["net-001"]}
IF_YES = {"condition": {"ics": "is-physical"}, "clauses": ["blk-001"]}
ASKED = {"ics": "is-physical"}
YES, NO = claims('is-physical = "yes"\n'), claims('is-physical = "no"\n')
PRESENT = {"device": "block", "present": True}
GOOD = "block.one disk PASS"
BAD = "block.one disk FAIL blk-001"


@dataclass(frozen=True)
class Says:
    """Equal to every text in which these words stand."""

    words: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and self.words in other


@dataclass(frozen=True)
class Case:
    """A rule, a run (`made_run.report`) in which it decides, and what has to come out."""

    rule: str
    results: tuple[str, ...]
    then: dict[str, Any]
    given: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.rule


def case(rule: str, *results: str, then: dict[str, Any], **given: Any) -> Case:
    """Make a case; `line` stands for `lines` of one."""
    if "line" in given:
        given["lines"] = [given.pop("line")]
    return Case(rule, results, then, given)


def seen(report: dict[str, Any]) -> dict[str, Any]:
    """Flatten what a report says: clauses and requirements by id, `ID.key` for their keys."""
    found: dict[str, Any] = {
        "platform": report["summary"]["verdict"],
        "headline": report["summary"]["headline"],
        "waivers": report["summary"]["waivers"],
    }
    for one in [*report["clauses"], *report["requirements"]]:
        found[one["id"]] = one["verdict"]
        found |= {f"{one['id']}.{key}": value for key, value in one.items()}
    for one in report["requirements"]:
        found |= {f"{one['id']}.{part['part']}": part["verdict"] for part in one["parts"]}
        found[f"{one['id']}.parts"] = [part["part"] for part in one["parts"]]
    for one in report["results"]:
        found[f"{one['test']} {one['device']}"] = one["verdict"]
        found[f"{one['test']} {one['device']}.waived"] = one["waived"]
    for one in report["waivers"]:
        found[f"waiver {one['number']}"] = one["state"]
        found[f"waiver {one['number']}.excuses"] = one["excuses"]
    if report["statement"]:
        found["findings"] = [
            f"{one['kind']} {one['device_type']} {one['what']}"
            for one in report["statement"]["findings"]
        ]
    return found


CASES = [
    # 2 Clause: each is met by the row, and by none above it
    case("C1", BAD, then={"blk-001": "FAIL", "blk-001.why": Says("block.one[disk]")}),
    case(
        "C1",
        *("block.one disk PASS", "block.one other FAIL blk-001", "block.again disk ERROR crashed"),
        devices=[DISK, OTHER],
        then={"blk-001": "FAIL", "blk-001.why": Says("block.one[other]")},
    ),
    case("C2", "block.one disk ERROR crashed", then={"blk-001": "INCONCLUSIVE"}),
    case("C2", GOOD, "block.again disk MISS timeout", then={"blk-001": "INCONCLUSIVE"}),
    case(
        "C2",
        *(GOOD, "block.again disk FAIL precondition"),
        then={"blk-001": "INCONCLUSIVE", "blk-001.why": Says("precondition")},
    ),
    case("C3", GOOD, "block.again disk SKIP absent", then={"blk-001": "PASS"}),
    case("C4", "block.one disk SKIP absent", then={"blk-001": "NOT-APPLICABLE"}),
    case(
        "C5",
        *("block.one disk SKIP absent", "block.again disk SKIP not-offered"),
        then={"blk-001": "NOT-TESTED", "blk-001.why": Says("not-offered")},
    ),
    case("C5", "block.one disk PASS nothing", then={"blk-001": "NOT-TESTED"}),
    case("C6", broke_off=True, then={"blk-001": "INCONCLUSIVE", "net-001": "INCONCLUSIVE"}),
    case("C7", GOOD, then={"net-001": "NOT-APPLICABLE", "net-002": "NOT-APPLICABLE"}),
    case("C7", GOOD, then={"mmio-001": "NOT-APPLICABLE", "core-002": "NOT-TESTED"}),
    case("C7", devices=[], then={"core-001": "NOT-APPLICABLE", "core-002": "NOT-APPLICABLE"}),
    case("C8", GOOD, then={"blk-002": "NOT-TESTED", "blk-002.why": Says("block.two")}),
    case(
        "C8",
        GOOD,
        left_out=["block.two disk"],
        then={"blk-002": "NOT-TESTED", "blk-002.why": Says("not selected")},
    ),
    case("C9", GOOD, then={"blk-006": "NOT-TESTED", "blk-006.why": Says("the host would have")}),
    case("C9", broke_off=True, then={"net-002": "NOT-TESTED", "blk-005": "NOT-TESTED"}),
    # 3.1 Weight
    case("G1", BAD, line=ONE, then={"REQ-1.weight": "decides", "platform": "non-conformant"}),
    case(
        "G2",
        *(BAD, "block.two disk PASS"),
        lines=[{**ONE, "level": "SHOULD"}, {"id": "REQ-2", "clauses": ["blk-002"]}],
        then={"REQ-1.weight": "advice", "REQ-1": "FAIL", "platform": "conformant"},
    ),
    *(
        case(
            "G3",
            *(BAD, "block.two disk PASS"),
            lines=[{**ONE, **shown}, {"id": "REQ-2", "clauses": ["blk-002"]}],
            then={"REQ-1.weight": "shown", "REQ-1": "FAIL", "platform": "conformant"},
        )
        for shown in (
            {"level": "MAY"},
            {"status": "pending"},
            {"level": "INFORMATIVE", "status": "discussion"},
        )
    ),
    # 3.2 Whether it applies
    case("A1", GOOD, line=ONE, then={"REQ-1": "PASS", "REQ-1.condition": None}),
    case("A2", "net.one net PASS", line=IF_NET, devices=[NET], then={"REQ-1": "PASS"}),
    case("A3", line=IF_NET, broke_off=True, then={"REQ-1": "INCONCLUSIVE", "REQ-1.parts": []}),
    case(
        "A3",  # before A4
        **{"line": IF_NET, "broke_off": True, "ics": claims(devices="net"), "devices": []},
        then={"REQ-1": "INCONCLUSIVE", "findings": []},
    ),
    case(
        "A4",
        GOOD,
        **{"line": IF_NET, "ics": claims(devices="block net")},
        then={"REQ-1": "FAIL", "REQ-1.why": Says("claimed, not offered"), "REQ-1.waived": False},
    ),
    case("A5", GOOD, line=IF_NET, then={"REQ-1": "NOT-APPLICABLE"}),
    case("A5", GOOD, line=IF_NET, ics=claims(devices="block"), then={"REQ-1": "NOT-APPLICABLE"}),
    case("A6", GOOD, line=IF_YES, ics=YES, then={"REQ-1": "PASS", "REQ-1.declared": False}),
    case("A7", BAD, line=IF_YES, ics=NO, then={"REQ-1": "NOT-APPLICABLE"}),
    case("A8", BAD, line=IF_YES, then={"REQ-1": "NOT-TESTED", "REQ-1.why": Says("whether")}),
    case("A8", BAD, line=IF_YES, ics=claims(), then={"REQ-1": "NOT-TESTED"}),
    # 3.3 Parts
    case("P1", GOOD, line={**PRESENT, **ONE}, then={"REQ-1": "PASS", "REQ-1.parts": ["clauses"]}),
    case("P1", GOOD, line=PRESENT, then={"REQ-1": "NOT-APPLICABLE", "REQ-1.parts": []}),
    case(
        "P2",
        **{"line": PRESENT, "devices": [NET], "broke_off": True},
        then={"REQ-1": "INCONCLUSIVE", "REQ-1.presence": "INCONCLUSIVE"},
    ),
    case("P3", line=PRESENT, devices=[NET], then={"REQ-1": "FAIL", "REQ-1.presence": "FAIL"}),
    case(
        "D1",
        **{"line": {**FLUSH, **ONE, **BY_TEST}, "devices": [NET]},
        then={
            **{"REQ-1": "NOT-APPLICABLE", "REQ-1.features": "NOT-APPLICABLE"},
            **{"REQ-1.clauses": "NOT-APPLICABLE", "REQ-1.tests": "NOT-APPLICABLE"},
        },
    ),
    case(
        "D2",
        **{"line": {**FLUSH, **ONE, **BY_TEST}, "devices": [NET], "broke_off": True},
        then={
            **{"REQ-1": "INCONCLUSIVE", "REQ-1.features": "INCONCLUSIVE"},
            **{"REQ-1.clauses": "INCONCLUSIVE", "REQ-1.tests": "INCONCLUSIVE"},
        },
    ),
    case(
        "D3",
        GOOD,
        **{"line": {**FLUSH, **ONE, **BY_TEST}, "devices": [DISK, BROKEN]},
        then={
            **{"REQ-1": "INCONCLUSIVE", "REQ-1.features": "INCONCLUSIVE"},
            **{"REQ-1.clauses": "INCONCLUSIVE", "REQ-1.tests": "INCONCLUSIVE"},
            "REQ-1.why": Says("broken: it does not leave reset"),
        },
    ),
    case(
        "D3",  # a part that fails stays so
        BAD,
        **{"line": {**ONE, "device": "block"}, "devices": [DISK, BROKEN]},
        then={"REQ-1": "FAIL"},
    ),
    case(
        "F1",
        **{"line": FLUSH, "devices": [DISK, READ_ONLY]},
        then={"REQ-1": "FAIL", "REQ-1.why": Says("sealed does not offer VIRTIO_BLK_F_FLUSH")},
    ),
    case(
        "F1",  # a broken device that could be read is asked
        **{"line": FLUSH, "devices": [DISK, {**BROKEN, "features": [32]}]},
        then={"REQ-1.features": "FAIL", "REQ-1.why": Says("broken does not offer")},
    ),
    case(
        "F2",
        line={**FLUSH, "unless": ["VIRTIO_BLK_F_RO"]},
        devices=[READ_ONLY],
        then={"REQ-1.features": "NOT-APPLICABLE", "REQ-1": "NOT-APPLICABLE"},
    ),
    case(
        "F3",
        line={**FLUSH, "unless": ["VIRTIO_BLK_F_RO"]},
        devices=[DISK, READ_ONLY],
        then={"REQ-1.features": "PASS", "REQ-1": "PASS", "REQ-1.why": "offered by disk"},
    ),
    case(
        "K1",
        *(BAD, "block.two disk ERROR crashed"),
        line=BOTH,
        then={"REQ-1.clauses": "FAIL", "REQ-1.judged": {"deciding": 2, "judged": 1}},
    ),
    case(
        "K1",  # its own devices only
        *("block.one disk PASS", "core.one net FAIL core-001", "core.one disk PASS"),
        line={"device": "block", "clauses": ["blk-001", "core-001"]},
        devices=[DISK, NET],
        then={"core-001": "FAIL", "REQ-1": "PASS", "platform": "conformant"},
    ),
    case(
        "K2",
        *(GOOD, "block.two disk FAIL precondition"),
        line=BOTH,
        then={"REQ-1.clauses": "INCONCLUSIVE"},
    ),
    case(
        "K3",
        GOOD,
        line=BOTH,
        then={"REQ-1.clauses": "PASS", "REQ-1.why": Says("1 of 2"), "blk-002": "NOT-TESTED"},
    ),
    case(
        "K3",  # advice and what is newer change nothing
        *(GOOD, "block.should disk FAIL blk-003", "block.new disk FAIL blk-004"),
        line={"clauses": ["blk-001", "blk-003", "blk-004"]},
        then={
            "REQ-1.clauses": "PASS",
            "REQ-1.judged": {"deciding": 1, "judged": 1},
            "REQ-1.advice": ["blk-003"],
            "REQ-1.advisory": ["blk-004"],
        },
    ),
    case(
        "K4",
        *("block.one disk SKIP launch", "block.two disk SKIP absent"),
        line=BOTH,
        then={"REQ-1.clauses": "NOT-TESTED", "REQ-1.why": Says("launch")},
    ),
    case("K5", GOOD, line={"clauses": ["net-001"]}, then={"REQ-1.clauses": "NOT-APPLICABLE"}),
    case(
        "K6",
        *("block.should disk FAIL blk-003", "block.new disk FAIL blk-004"),
        line={"clauses": ["blk-003", "blk-004", "blk-005"]},
        then={
            **{"REQ-1.parts": [], "REQ-1": "NOT-APPLICABLE"},
            **{"REQ-1.advice": ["blk-003"], "REQ-1.advisory": ["blk-004"]},
            **{"blk-003.role": "advice", "blk-004.role": "advisory"},
            **{"blk-005.role": "permission", "blk-001.role": "outside"},
        },
    ),
    case(
        "K6",  # the line's own version counts, and 1.10 is newer than 1.9
        "block.new disk FAIL blk-004",
        line={"clauses": ["blk-004"], "virtio": "1.10"},
        then={"REQ-1": "FAIL", "blk-004.role": "decides"},
    ),
    case("K6", line=BLK | {"clauses": ["blk-003"]}, devices=[NET], then={"REQ-1.parts": []}),
    case(
        "T1",
        *("block.one disk PASS", "block.one other FAIL precondition"),
        **{"line": BY_TEST, "devices": [DISK, OTHER]},
        then={"REQ-1.tests": "FAIL", "REQ-1.why": Says("block.one[other] (FAIL, precondition)")},
    ),
    case(
        "T2",
        *("block.one disk PASS", "block.one other MISS timeout"),
        **{"line": BY_TEST, "devices": [DISK, OTHER]},
        then={"REQ-1.tests": "INCONCLUSIVE"},
    ),
    case("T2", line=BY_TEST, broke_off=True, then={"REQ-1.tests": "INCONCLUSIVE"}),
    case(
        "T3",
        *("block.one disk PASS", "block.one other SKIP launch"),
        **{"line": BY_TEST, "devices": [DISK, OTHER]},
        then={"REQ-1.tests": "PASS"},
    ),
    case("T4", "block.one disk SKIP absent", line=BY_TEST, then={"REQ-1.tests": "NOT-APPLICABLE"}),
    case("T4", GOOD, line={"tests": ["net.*"]}, then={"REQ-1.tests": "NOT-APPLICABLE"}),
    case(
        "T5",
        *("block.one disk SKIP absent", "block.one other SKIP launch"),
        **{"line": BY_TEST, "devices": [DISK, OTHER]},
        then={"REQ-1.tests": "NOT-TESTED", "REQ-1.why": Says("launch")},
    ),
    case(
        "T5",
        "block.two disk PASS",
        **{"line": BY_TEST, "left_out": ["block.one disk"]},
        then={"REQ-1.tests": "NOT-TESTED", "REQ-1.why": Says("not selected")},
    ),
    case("S1", GOOD, line=ASKED, ics=YES, then={"REQ-1": "PASS", "REQ-1.statement": "PASS"}),
    case(
        "S2",
        GOOD,
        **{"line": ASKED, "ics": NO},
        then={"REQ-1": "FAIL", "REQ-1.why": Says("declared"), "platform": "non-conformant"},
    ),
    case("S3", GOOD, line=ASKED, then={"REQ-1": "NOT-TESTED", "REQ-1.why": Says("cannot see")}),
    case("S3", GOOD, line=ASKED, ics=claims(), then={"REQ-1.statement": "NOT-TESTED"}),
    # 3.4 Verdict of a requirement
    case(
        "V1",  # the bit is there, and a sentence about it is broken
        *(BAD, "block.two disk MISS timeout"),
        line={**FLUSH, **ONE, "tests": ["block.two"], **ASKED},
        then={
            **{"REQ-1": "FAIL", "REQ-1.features": "PASS", "REQ-1.clauses": "FAIL"},
            **{"REQ-1.tests": "INCONCLUSIVE", "REQ-1.statement": "NOT-TESTED"},
            "REQ-1.why": Says("blk-001"),
        },
    ),
    case(
        "V2",
        *(GOOD, "block.two disk MISS timeout"),
        line={**FLUSH, **ONE, "tests": ["block.two"], **ASKED},
        then={"REQ-1": "INCONCLUSIVE"},
    ),
    case("V3", GOOD, line={**FLUSH, "clauses": ["blk-002"]}, then={"REQ-1": "NOT-TESTED"}),
    case("V3", GOOD, line={**ONE, **ASKED}, then={"REQ-1": "NOT-TESTED"}),
    case("V4", line=ASKED, ics=YES, then={"REQ-1": "PASS", "REQ-1.declared": True}),
    case("V4", GOOD, line=ONE | ASKED, ics=YES, then={"REQ-1": "PASS", "REQ-1.declared": False}),
    case(
        "V5",
        GOOD,
        line={"clauses": ["net-001"], "tests": ["net.one"]},
        then={"REQ-1": "NOT-APPLICABLE", "REQ-1.parts": ["clauses", "tests"]},
    ),
    *(
        case("V6", GOOD, line=line, then={"REQ-1": "NOT-APPLICABLE", "REQ-1.why": Says(why)})
        for line, why in (
            ({"level": "MAY"}, "permission"),
            ({"level": "INFORMATIVE", "status": "discussion"}, "discusses"),
            ({"status": "pending"}, "later version"),
            ({"clauses": ["blk-004"]}, "VIRTIO 1.1"),
        )
    ),
    # 4 Statement
    case(
        "I1",
        GOOD,
        **{"line": ONE, "ics": claims(devices="block net")},
        then={
            "findings": [
                "offered-not-claimed block VIRTIO_BLK_F_FLUSH",
                "offered-not-claimed block VIRTIO_F_VERSION_1",
                "claimed-not-offered net net",
            ],
            **{"platform": "non-conformant", "headline": Says("1 claim without an offer")},
        },
    ),
    case(
        "I1",  # the type says it all
        **{"line": ONE, "devices": []},
        ics=claims(devices="net", net="VIRTIO_NET_F_MAC"),
        then={"findings": ["claimed-not-offered net net"]},
    ),
    case(
        "I1",
        **{"line": ONE, "ics": claims(devices="net"), "devices": [], "broke_off": True},
        then={"findings": [], "platform": "incomplete"},
    ),
    case(
        "I2",
        GOOD,
        line=ONE,
        ics=claims(
            devices="block", block="VIRTIO_BLK_F_FLUSH VIRTIO_F_VERSION_1 VIRTIO_BLK_F_DISCARD"
        ),
        then={
            "findings": ["claimed-not-offered block VIRTIO_BLK_F_DISCARD"],
            "platform": "non-conformant",
        },
    ),
    case(
        "I2",  # one of the devices is enough; nobody knows of one that could not be read
        GOOD,
        line=ONE,
        devices=[DISK, BROKEN],
        ics=claims(
            devices="block", block="VIRTIO_BLK_F_FLUSH VIRTIO_F_VERSION_1 VIRTIO_BLK_F_DISCARD"
        ),
        then={"findings": [], "platform": "conformant"},
    ),
    case(
        "I3",
        GOOD,
        **{"line": ONE, "ics": claims(), "devices": [{**DISK, "features": [9]}]},
        then={
            "findings": [
                "offered-not-claimed block block",
                "offered-not-claimed block VIRTIO_BLK_F_FLUSH",
            ],
            "platform": "conformant",
        },
    ),
    *(
        case("I4", line=ONE, ics=text, then={"refused": Says(why)})
        for text, why in (
            (claims(devices="blok"), "ics.toml:8: claims.devices: 'blok' is no device type"),
            (claims(devices="block", block="F_FLUSH"), "ics.toml:10: claims.features.block: 'F_FL"),
            (claims('was = "yes"\n'), "ics.toml:11: answers.was: is no question"),
            (
                claims('is-physical = "perhaps"\n'),
                'ics.toml:11: answers.is-physical: must be "yes"',
            ),
            (claims(block="VIRTIO_BLK_F_RO"), "ics.toml:10: claims.features.block: features of a"),
        )
    ),
    case("I5", GOOD, line={**ONE, **ASKED}, ics=claims(), then={"REQ-1": "NOT-TESTED"}),
    # 5 Waivers
    case(
        "W1",
        BAD,
        **{"line": ONE, "waived": waiver("blk-001")},
        then={
            **{"blk-001": "FAIL", "blk-001.waived": True, "block.one disk.waived": False},
            **{"waiver 1": "used", "waiver 1.excuses": ["blk-001", "REQ-1"]},
        },
    ),
    case(
        "W1",  # it excuses FAIL and nothing else
        "block.one disk FAIL precondition",
        **{"line": ONE, "waived": waiver("blk-001")},
        then={"blk-001": "INCONCLUSIVE", "blk-001.waived": False, "platform": "incomplete"},
    ),
    case(
        "W2",
        *(BAD, "block.again disk FAIL blk-001"),
        **{"line": ONE, "waived": waiver("block.one") + waiver("block.again")},
        then={"blk-001": "FAIL", "blk-001.waived": True, "waivers": 2, "platform": "conformant"},
    ),
    case(
        "W2",  # a result that failed elsewhere is none in which the clause failed
        *(BAD, "block.again disk FAIL precondition"),
        **{"line": ONE, "waived": waiver("block.one")},
        then={"blk-001": "FAIL", "blk-001.waived": True},
    ),
    case(
        "W3",
        *(BAD, "block.again disk FAIL blk-001"),
        **{"line": ONE, "waived": waiver("block.one")},
        then={"blk-001.waived": False, "REQ-1.waived": False, "platform": "non-conformant"},
    ),
    case(
        "W4",
        "block.one disk FAIL precondition",
        **{"line": BY_TEST, "waived": waiver("block.one")},
        then={
            **{"block.one disk": "FAIL", "block.one disk.waived": True, "REQ-1": "FAIL"},
            **{"REQ-1.waived": True, "waiver 1.excuses": ["block.one[disk]", "REQ-1"]},
        },
    ),
    case("W5", BAD, line=ONE, waived=waiver("blk-001"), then={"REQ-1.waived": True}),
    case(
        "W5",  # something else fails
        *(BAD, "block.two disk FAIL blk-002"),
        **{"line": BOTH, "waived": waiver("blk-001")},
        then={"blk-001.waived": True, "REQ-1.waived": False, "platform": "non-conformant"},
    ),
    case(
        "W5",  # no missing feature, no missing device, no answer is excused
        BAD,
        line={**ONE, "device": "block", "features": ["VIRTIO_BLK_F_DISCARD"]},
        waived=waiver("blk-001"),
        then={"REQ-1.clauses": "FAIL", "REQ-1.waived": False},
    ),
    case(
        "W6",
        BAD,
        **{"line": ONE, "waived": waiver("blk-001", "another", "2020-01-01")},
        then={"waiver 1": "other-target", "REQ-1.waived": False, "platform": "non-conformant"},
    ),
    case(
        "W6",
        BAD,
        **{"line": ONE, "waived": waiver("blk-001", "another") + waiver("block.one", "third")},
        then={"blk-001.waived": False, "block.one disk.waived": False, "REQ-1.waived": False},
    ),
    case(
        "W7",
        BAD,
        **{"line": ONE, "waived": waiver("blk-001", expires="2026-05-19")},
        then={"waiver 1": "expired", "REQ-1.waived": False, "platform": "incomplete"},
    ),
    case("W7", BAD, line=ONE, waived=waiver("blk-001"), then={"waiver 1": "used"}),
    case(
        "W8",
        GOOD,
        **{"line": ONE, "waived": waiver("block.one")},
        then={"waiver 1": "unused", "block.one disk.waived": False, "platform": "incomplete"},
    ),
    case(
        "W8",
        GOOD,
        **{"line": ONE, "waived": waiver("blk-001")},
        then={"waiver 1": "unused", "platform": "incomplete", "headline": Says("without use")},
    ),
    case(
        "W8",
        GOOD,
        **{"line": ONE, "waived": waiver("block.two"), "left_out": ["block.two disk"]},
        then={"waiver 1": "not-selected", "platform": "conformant"},
    ),
    case(
        "W8",  # what was left out is none of its tests
        GOOD,
        **{"line": ONE, "waived": waiver("blk-001"), "left_out": ["block.two disk"]},
        then={"waiver 1": "unused", "platform": "incomplete"},
    ),
    case(
        "W9", waived=waiver("blk-999"), then={"refused": Says("waivers.toml:2: waiver 1: clause")}
    ),
    case(
        "W9",
        waived=waiver("blk-001") + waiver("block.tow"),
        then={"refused": Says("waivers.toml:8: waiver 2: test: 'block.tow' is not known")},
    ),
    # 6 Platform
    case("R1", BAD, line=ONE, broke_off=True, then={"REQ-1": "FAIL", "platform": "incomplete"}),
    case(
        "R2",
        *(BAD, "block.two disk ERROR crashed"),
        line=ONE,
        then={"REQ-1": "FAIL", "platform": "incomplete", "headline": Says("1 test gave no result")},
    ),
    case(
        "R3",
        "block.two disk FAIL blk-002",
        **{"line": BOTH, "waived": waiver("blk-001")},
        then={"REQ-1": "FAIL", "platform": "incomplete"},
    ),
    case(
        "R4",
        *(BAD, "block.two disk FAIL precondition"),
        lines=[ONE, {"id": "REQ-2", "clauses": ["blk-002"]}],
        then={
            **{"REQ-2": "INCONCLUSIVE", "platform": "non-conformant"},
            "headline": "non-conformant; 1 of 2 requirements broken",
        },
    ),
    case(
        "R5",
        *(GOOD, "block.two disk FAIL precondition"),
        lines=[ONE, {"id": "REQ-2", "clauses": ["blk-002"]}],
        then={
            "platform": "incomplete",
            "headline": "incomplete; 1 of 2 requirements inconclusive",
        },
    ),
    case(
        "R5",  # advice that is open stops nothing
        *(GOOD, "block.two disk FAIL precondition"),
        lines=[ONE, {"id": "REQ-2", "clauses": ["blk-002"], "level": "SHOULD"}],
        then={"REQ-2": "INCONCLUSIVE", "platform": "conformant"},
    ),
    case("R6", GOOD, line={"clauses": ["blk-002"]}, then={"platform": "incomplete"}),
    case("R6", GOOD, line={**ONE, "level": "SHOULD"}, then={"platform": "incomplete"}),
    case("R7", GOOD, line=ONE, then={"platform": "conformant", "headline": "conformant"}),
    case(
        "R7",
        *(BAD, "block.two disk FAIL blk-002", "block.should disk FAIL blk-003"),
        lines=[
            ONE,
            {"id": "REQ-2", "clauses": ["blk-002"]},
            {"id": "REQ-3", **ASKED},
            {"id": "REQ-4", "level": "SHOULD", "clauses": ["blk-003"]},
        ],
        waived=waiver("blk-001") + waiver("block.two") + waiver("blk-003"),
        left_out=["block.new disk"],
        then={
            "waiver 3": "used",  # on advice: listed, not counted
            "waivers": 2,
            "headline": "conformant with 2 waivers; 1 of 3 requirements not tested; "
            "3 of 4 tests selected",
        },
    ),
    case(
        "R7",  # a waiver of advice in a requirement that decides isn't counted either
        *(BAD, "block.should disk FAIL blk-003"),
        line={"clauses": ["blk-001", "blk-003"]},
        waived=waiver("blk-003") + waiver("blk-001"),
        then={"waiver 1": "used", "waivers": 1, "headline": "conformant with 1 waiver"},
    ),
    # 7 Without a profile
    case("N1", BAD, broke_off=True, then={"platform": "incomplete"}),
    case("N1", BAD, "block.two disk ERROR setup", then={"platform": "incomplete"}),
    case("N1", GOOD, waived=waiver("blk-001"), then={"platform": "incomplete"}),
    case("N2", BAD, then={"platform": "non-conformant", "blk-001.role": "decides"}),
    case("N2", GOOD, "block.new disk FAIL blk-004", then={"platform": "non-conformant"}),
    case("N2", GOOD, ics=claims(devices="net"), then={"platform": "non-conformant"}),
    case("N3", GOOD, "block.two disk FAIL precondition", then={"platform": "incomplete"}),
    case("N3", "block.one disk SKIP launch", then={"platform": "incomplete"}),
    case("N3", GOOD, "block.should disk FAIL precondition", then={"platform": "conformant"}),
    case("N4", GOOD, "block.should disk FAIL blk-003", then={"platform": "conformant"}),
    case(
        "N4",
        BAD,
        waived=waiver("blk-001"),
        then={
            "platform": "conformant",
            "waivers": 1,
            "headline": Says("conformant with 1 waiver;"),
        },
    ),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_rule(one: Case) -> None:
    expected = dict(one.then)
    refused = expected.pop("refused", None)
    if refused:
        with pytest.raises(UserError) as error:
            made_run.report(one.results, **one.given)
        assert str(error.value) == refused
        return
    found = seen(made_run.report(one.results, **one.given))
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(
    "line, ics, role",
    [
        ({}, None, "decides"),
        ({"level": "SHOULD"}, None, "advice"),
        ({"status": "pending"}, None, "advice"),
        ({"condition": {"ics": "is-physical"}}, None, "advice"),
        ({"condition": {"ics": "is-physical"}}, YES, "decides"),
        ({"virtio": "1.0"}, None, "advisory"),
        ({"clauses": ["blk-002"]}, None, "outside"),
    ],
)
def test_role_of_a_clause(line: dict[str, Any], ics: str | None, role: str) -> None:
    lines: list[dict[str, Any]] = [{**ONE, **line}, {"id": "REQ-2", "clauses": ["blk-002"]}]
    assert seen(made_run.report([GOOD], lines, ics))["blk-001.role"] == role


def test_the_strongest_role_counts() -> None:
    lines: list[dict[str, Any]] = [
        {**ONE, "level": "SHOULD"},
        {**ONE, "id": "REQ-2"},
        {**ONE, "id": "REQ-3"},
    ]
    lines[2]["virtio"] = "1.0"
    assert seen(made_run.report([GOOD], lines))["blk-001.role"] == "decides"


def test_every_rule_has_a_case() -> None:
    assert len(RULES) > 60 and len(RULES) == len(set(RULES))
    assert sorted(set(RULES)) == sorted({one.rule for one in CASES})


@pytest.mark.parametrize(
    "day, refused", [("2026-05-20", False), ("2026-05-21", True), ("2027-01-01", True)]
)
def test_an_expired_waiver_is_refused_before_the_run(day: str, refused: bool) -> None:
    text = waiver("blk-002", "another", "2020-01-01") + waiver("blk-001")
    measure = made_run.measure([ONE], waived=text)
    arguments = (measure.waivers, "made", datetime.date.fromisoformat(day))
    if not refused:
        refuse_expired(*arguments, Path("waivers.toml"), text)
        return
    with pytest.raises(UserError, match=r"^waivers.toml:12: waiver 2: of blk-001 expired on"):
        refuse_expired(*arguments, Path("waivers.toml"), text)

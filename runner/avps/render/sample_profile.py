# SPDX-License-Identifier: GPL-2.0-or-later
"""What a made-up report says of a profile: requirements of each kind, statement, waivers.

The words are those of the sample alone; `suite/profiles/` has the profiles.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any, Iterable

from avps.render import view

CHAPTERS = {
    **{"2.5": "General system", "2.5.1": "Booting of guests", "2.6": "Storage"},
    **{"2.6.1": "Block devices", "2.7": "Communication networks", "2.7.1": "Standard networks"},
    **{"2.9": "Audio", "2.12": "Automotive networks", "2.12.1": "CAN"},
    **{"2.19": "Cryptography and security", "2.19.1": "Random numbers"},
    "2.19.2": "Trusted execution",
}
NOTE = "A reconstruction: the wording of the document's requirements was not at hand."
_NEWER = {"blk-032", "core-reserved-005"}
_ORDER = ("FAIL", "INCONCLUSIVE", "NOT-TESTED", "PASS", "NOT-APPLICABLE")
_WEIGHTS = {("MUST", "firm"): "decides", ("SHOULD", "firm"): "advice"}
Part = tuple[str, str, str | None]


@dataclasses.dataclass(frozen=True)
class Line:
    """A requirement; `clauses` are beginnings of ids, `parts` those parts that are no clauses."""

    id: str
    section: str
    level: str
    provenance: str
    text: str
    device: str | None = None
    clauses: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    status: str = "firm"
    condition: str | None = None
    note: str | None = None
    why: str | None = None


LINES = (
    Line(
        *("AVPS-BOOT-1", "2.5.1", "SHOULD", "recollected"),
        "The firmware should implement all that EBBR makes mandatory.",
        condition="the statement answers yes: Can a guest bring its own kernel?",
        why="the statement does not say whether it applies: dynamic-boot",
        parts=(("statement", "NOT-TESTED", "no answer to ebbr"),),
    ),
    Line(
        *("AVPS-BLK-1", "2.6.1", "MUST", "draft", "Storage is offered as VIRTIO's block device."),
        device="block",
        clauses=("blk-", "core-", "pci-"),
        note="Whether the published text sets a condition is not known.",
    ),
    Line(
        *("AVPS-BLK-3", "2.6.1", "MUST", "draft", "A read-only disk takes no writes."),
        device="block",
        clauses=("blk-024",),
    ),
    Line(
        *("AVPS-BLK-4", "2.6.1", "MUST", "published", "Disks offer VIRTIO_BLK_F_DISCARD."),
        device="block",
        parts=(("features", "PASS", None),),
    ),
    Line(
        *("AVPS-BLK-6", "2.6.1", "INFORMATIVE", "draft", "Flash has needs of its own."),
        status="discussion",
        why="discussion only",
    ),
    Line(
        *("AVPS-NET-1", "2.7.1", "MUST", "draft", "A network is VIRTIO's network device."),
        device="net",
        clauses=("pci-", "core-reset"),
        condition="there is a net device, or the statement claims one",
    ),
    Line(
        *("AVPS-NET-7", "2.7.1", "MAY", "recollected", "A network may be shared."),
        why="a permission",
    ),
    Line(
        *("AVPS-SND-1", "2.9", "MUST", "draft", "Sound is VIRTIO's sound device."),
        device="sound",
        status="pending",
        condition="there is a sound device, or the statement claims one",
        why="the platform has no sound device, and claims none",
    ),
    Line(
        *("AVPS-AN-1", "2.12.1", "INFORMATIVE", "informative", "CAN is VIRTIO's CAN device."),
        device="can",
        status="discussion",
        why="the platform has no can device",
        note="A guess from the title.",
    ),
    Line(
        *("AVPS-RNG-1", "2.19.1", "MUST", "recollected", "Guests have a source of entropy."),
        device="entropy",
        clauses=("entropy-",),
    ),
    Line(
        *("AVPS-RNG-3", "2.19.1", "MUST", "recollected", "Entropy is physical."),
        device="entropy",
        parts=(("statement", "NOT-TESTED", "a guest cannot see it: entropy-is-physical"),),
    ),
    Line(
        *("AVPS-TEE-1", "2.19.2", "MUST", "recollected", "TrustZone is reached as without us."),
        parts=(("statement", "NOT-TESTED", "a guest cannot see it: tee-as-native"),),
    ),
)


def measured(report: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of `report` with the sample's profile, and no statement."""
    report = copy.deepcopy(report)
    report["profile"] = {
        **{"name": "avps-2.0", "title": "Automotive Virtual Platform Specification 2.0"},
        **{"virtio": "1.1", "note": NOTE},
        "chapters": [{"section": number, "title": title} for number, title in CHAPTERS.items()],
    }
    for clause in report["clauses"]:
        if clause["id"] in _NEWER:
            clause.update(since="1.2", role="advisory")
    report["requirements"] = [_requirement(line, report["clauses"]) for line in LINES]
    return _summed(report)


def certified(report: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of `report` with the sample's profile, a statement, and waivers."""
    report = measured(report)
    report["statement"] = {
        **{"file": "nimbus.toml", "sha256": "5f" * 32, "contact": "conformance@nimbus.example"},
        "product": {"vendor": "Nimbus Systems", "name": "Nimbus Hypervisor", "version": "4.2"},
        "date": "2026-02-27",
        "claims": {
            "devices": ["block", "entropy", "net"],
            "features": {"block": ["VIRTIO_BLK_F_DISCARD", "VIRTIO_BLK_F_LIFETIME"], "net": []},
        },
        "answers": {"dynamic-boot": False, "entropy-is-physical": True},
        "findings": [
            _finding("claimed-not-offered", "VIRTIO_BLK_F_LIFETIME", "block"),
            _finding("offered-not-claimed", "VIRTIO_BLK_F_WRITE_ZEROES", "block"),
        ],
    }
    where = "block.write_to_read_only_disk"
    report["waivers"] = [
        _waiver(1, "blk-024", None, "used", ["blk-024", "AVPS-BLK-3", f"{where}[0000:00:03.0]"]),
        _waiver(2, None, "pci.notify_multiplier", "other-target", []),
    ]
    _waive(report, "blk-024", where)
    by_id = {one["id"]: one for one in report["requirements"]}
    by_id["AVPS-RNG-3"].update(verdict="PASS", declared=True, why="declared")
    by_id["AVPS-RNG-3"]["parts"] = [_part("statement", "PASS", "declared")]
    by_id["AVPS-BOOT-1"].update(verdict="NOT-APPLICABLE", why="the statement answers no", parts=[])
    return _summed(report)


def _requirement(line: Line, clauses: list[dict[str, Any]]) -> dict[str, Any]:
    mine = [clause for clause in clauses if clause["id"].startswith(line.clauses or ("-",))]
    counting = [clause for clause in mine if clause["role"] == "decides"]
    parts = [_part(*part) for part in line.parts]
    if counting:
        worst = _worst(clause["verdict"] for clause in counting)
        if worst == "NOT-TESTED" and any(clause["verdict"] == "PASS" for clause in counting):
            worst = "PASS"
        broken = [clause["id"] for clause in counting if clause["verdict"] == "FAIL"]
        parts.append(_part("clauses", worst, f"failed: {', '.join(broken)}" if broken else None))
    verdict = _worst(part["verdict"] for part in parts) if parts else "NOT-APPLICABLE"
    told = "; ".join(part["why"] for part in parts if part["why"] and part["verdict"] == verdict)
    return {
        **{key: value for key, value in vars(line).items() if key not in ("clauses", "parts")},
        **{"weight": _WEIGHTS.get((line.level, line.status), "shown"), "verdict": verdict},
        **{"why": line.why or told or None, "declared": False, "waived": False, "parts": parts},
        **{"clauses": [clause["id"] for clause in mine], "tests": []},
        "judged": {
            "deciding": len(counting),
            "judged": sum(clause["verdict"] in ("PASS", "FAIL") for clause in counting),
        },
        "advice": _failed(mine, "advice"),
        "advisory": _failed(mine, "advisory"),
    }


def _failed(clauses: list[dict[str, Any]], role: str) -> list[str]:
    return [one["id"] for one in clauses if one["role"] == role and one["verdict"] == "FAIL"]


def _worst(verdicts: Iterable[str]) -> str:
    return min(verdicts, key=_ORDER.index)


def _part(part: str, verdict: str, why: str | None) -> dict[str, Any]:
    return {"part": part, "verdict": verdict, "why": why}


def _finding(kind: str, what: str, device_type: str) -> dict[str, str]:
    return {"kind": kind, "what": what, "device_type": device_type}


def _waiver(
    number: int, clause: str | None, test: str | None, state: str, excuses: list[str]
) -> dict[str, Any]:
    return {
        **{"number": number, "clause": clause, "test": test, "state": state, "excuses": excuses},
        **{"target": "qemu-q35" if state == "used" else "qemu-microvm", "expires": "2026-12-31"},
        **{"reason": "Mended in the next release.", "link": "https://issues.nimbus.example/17"},
    }


def _waive(report: dict[str, Any], clause: str, test: str) -> None:
    for one in report["clauses"]:
        one["waived"] = one["id"] == clause
    for result in report["results"]:
        result["waived"] = result["test"] == test and result["verdict"] == "FAIL"
    for requirement in report["requirements"]:
        requirement["waived"] = (
            requirement["id"] == "AVPS-BLK-3" and requirement["verdict"] == "FAIL"
        )


def _summed(report: dict[str, Any]) -> dict[str, Any]:
    deciding = [one for one in report["requirements"] if one["weight"] == "decides"]
    counts = view.tally(deciding, view.CLAUSE_VERDICTS)
    verdict = "incomplete"
    if report["run"]["complete"]:
        failed = any(one["verdict"] == "FAIL" and not one["waived"] for one in deciding)
        verdict = "non-conformant" if failed else "conformant"
    open_ones = f"{counts['NOT-TESTED']} of {len(deciding)} requirements not tested"
    report["summary"].update(
        verdict=verdict,
        requirements=counts,
        waivers=sum(one["state"] == "used" for one in report["waivers"]),
        headline=f"{verdict}; {open_ones}",
    )
    return report

# SPDX-License-Identifier: GPL-2.0-or-later
"""Say in plain sentences what a report means."""

from __future__ import annotations

from typing import Any

TITLES = {
    "conformant": "Conformant",
    "non-conformant": "Not conformant",
    "incomplete": "Incomplete",
}


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return `number` with its noun: `1 clause`, `2 clauses`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def vmm_name(report: dict[str, Any]) -> str:
    """Return name and version of what was tested."""
    target = report["target"]
    return f"{target['vmm']} {target['version']}" if target["version"] else str(target["vmm"])


def sentences(report: dict[str, Any]) -> list[str]:
    """Return what came out, for a reader who knows nothing of this project: two to four sentences."""
    said = [_outcome(report)]
    if report["run"]["cause"]:
        said.insert(0, f"The run did not get through: {report['run']['cause'].rstrip('.')}.")
    said.append(_unjudged(report["summary"]["clauses"]))
    return [sentence for sentence in said if sentence]


def _outcome(report: dict[str, Any]) -> str:
    counts = report["summary"]["clauses"]
    judged, broken = counts["PASS"] + counts["FAIL"], counts["FAIL"]
    name, tests = vmm_name(report), report["summary"]["tests"]
    devices = plural(len(report["devices"]), "virtual device")
    where = f"of VIRTIO {report['profile']['virtio']} that this run judged on {devices}"
    if judged == 0:
        return f"Nothing was judged, so nothing here says anything about {name}."
    if broken:
        musts = sum(c["verdict"] == "FAIL" and "MUST" in c["level"] for c in report["clauses"])
        return (
            f"{name} breaks {broken:,} of the {plural(judged, 'rule')} {where}; "
            f"{musts:,} of them {'is' if musts == 1 else 'are'} mandatory (MUST or MUST NOT)."
        )
    kept = f"{name} keeps all {plural(judged, 'rule')} {where}."
    if tests["FAIL"]:
        kept += f" But {plural(tests['FAIL'], 'test')} failed before a rule could be judged."
    if not report["run"]["complete"]:
        kept += " That is only part of what was planned, so it is no proof of conformance."
    return kept


def _unjudged(counts: dict[str, int]) -> str:
    parts = {
        "NOT-TESTED": "not tested",
        "NOT-APPLICABLE": "not applicable to this target",
        "INCONCLUSIVE": "without a clear result",
    }
    left = {words: counts[verdict] for verdict, words in parts.items() if counts[verdict]}
    total = sum(left.values())
    if not total:
        return ""
    detail = ", ".join(f"{number:,} {words}" for words, number in left.items())
    return f"Nothing is said about {plural(total, 'further rule')}: {detail}."

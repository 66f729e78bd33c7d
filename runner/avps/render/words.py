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
    """Return name and version of what was tested, without a distributor's suffix in brackets."""
    target = report["target"]
    return f"{target['vmm']} {(target['version'] or '').split(' (')[0]}".strip()


def mandatory(clause: dict[str, Any] | None) -> bool:
    """Return whether a clause binds (MUST, MUST NOT); one that is not in the report does."""
    return clause is None or clause["level"] in ("MUST", "MUST NOT")


def sentences(report: dict[str, Any]) -> list[str]:
    """Return what came out, for a reader who knows nothing of this project, a thought each."""
    said = [_cause(report), _outcome(report), _unjudged(report["summary"]["clauses"])]
    return [sentence for sentence in said if sentence]


def _cause(report: dict[str, Any]) -> str:
    """Return why the run is incomplete, or nothing."""
    tests = report["summary"]["tests"]
    if report["run"]["cause"]:
        return f"The run did not get through: {report['run']['cause'].rstrip('.')}."
    if report["summary"]["verdict"] != "incomplete":
        return ""
    lost = [plural(tests["MISS"], "test") + " gave no result"] if tests["MISS"] else []
    lost += [plural(tests["ERROR"], "test") + " went wrong themselves"] if tests["ERROR"] else []
    return f"The run got through, but {' and '.join(lost) or 'not every rule was decided'}."


def _outcome(report: dict[str, Any]) -> str:
    counts, name = report["summary"]["clauses"], vmm_name(report)
    judged = counts["PASS"] + counts["FAIL"]
    if judged == 0:
        return f"Nothing was judged, so nothing here says anything about {name}."
    devices = plural(len(report["devices"]), "virtual device")
    where = f"of VIRTIO {report['profile']['virtio']} that this run judged on {devices}"
    if counts["FAIL"]:
        said = f"{name} breaks {counts['FAIL']:,} of the {plural(judged, 'rule')} {where};"
        said += f" {_binding(report)}."
    else:
        said = f"{name} keeps {'the one rule' if judged == 1 else f'all {judged:,} rules'} {where}."
        failed = report["summary"]["tests"]["FAIL"]
        if failed:
            said += f" But {plural(failed, 'test')} failed before judging one."
    if report["summary"]["verdict"] == "incomplete":
        said += " That is a part of the picture only, and proves nothing for the whole."
    return said


def _binding(report: dict[str, Any]) -> str:
    broken = [clause for clause in report["clauses"] if clause["verdict"] == "FAIL"]
    musts = sum(map(mandatory, broken))
    if musts == 0:
        return "none of them is mandatory, they are advice (SHOULD)"
    if musts == len(broken):
        return f"{'it is' if musts == 1 else 'all of them are'} mandatory (MUST or MUST NOT)"
    return f"{musts:,} of them {'is' if musts == 1 else 'are'} mandatory (MUST or MUST NOT)"


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
    if len(left) == 1:
        detail = next(iter(left))
    return f"Nothing is said about {plural(total, 'further rule')}: {detail}."

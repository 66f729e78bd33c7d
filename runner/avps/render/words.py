# SPDX-License-Identifier: GPL-2.0-or-later
"""Say in plain sentences what a report means."""

from __future__ import annotations

from typing import Any

TITLES = {
    "conformant": "Conformant",
    "non-conformant": "Not conformant",
    "incomplete": "Incomplete",
}

_BROKEN = {
    "decides": "that decide",
    "advice": "that are advice",
    "advisory": "newer than what the profile binds",
    "permission": "that are permissions",
    "outside": "of no requirement",
}


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return `number` with its noun: `1 clause`, `2 clauses`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def title(report: dict[str, Any]) -> str:
    """Return the verdict as a title: `Conformant with 2 waivers`."""
    summary = report["summary"]
    text = TITLES[summary["verdict"]]
    if summary["verdict"] == "conformant" and summary["waivers"]:
        text += f" with {plural(summary['waivers'], 'waiver')}"
    return text


def vmm_name(report: dict[str, Any]) -> str:
    """Return name and version of what was tested, without a distributor's suffix in brackets."""
    target = report["target"]
    return f"{target['vmm']} {(target['version'] or '').split(' (')[0]}".strip()


def product_name(report: dict[str, Any]) -> str:
    """Return name and version of the product that the statement names; without one, of the VMM."""
    if not report["statement"]:
        return vmm_name(report)
    product = report["statement"]["product"]
    return " ".join(filter(None, [product["name"], product["version"]]))


def profile_words(profile: dict[str, Any]) -> str:
    """Return what the target was measured against, in short."""
    if profile["chapters"]:
        return f"profile {profile['name']}, binds VIRTIO {profile['virtio']}"
    return f"all sentences of VIRTIO {profile['virtio']}, no profile"


def mandatory(clause: dict[str, Any] | None) -> bool:
    """Return whether a clause binds (MUST, MUST NOT); one that is not in the report does."""
    return clause is None or clause["level"] in ("MUST", "MUST NOT")


def decides(clause: dict[str, Any] | None, report: dict[str, Any]) -> bool:
    """Return whether a FAIL of a clause counts for the verdict: by the profile, if there is one."""
    if clause is None or not report["requirements"]:
        return mandatory(clause)
    return bool(clause["role"] == "decides")


def advice(
    clause: dict[str, Any] | None,
    naming: list[dict[str, Any]],
    devices: list[str],
    report: dict[str, Any],
) -> str:
    """Return what a broken clause means for the verdict, and what to do about it.

    `naming` are the requirements that decide and name it, `devices` the ids of those that broke
    it: a requirement about another type of device is not touched.
    """
    if clause is None:
        return "The catalogue does not know this clause: the suite is at fault."
    types = {None} | {one["type"] for one in report["devices"] if one["id"] in devices}
    touched = [one for one in naming if one["device"] in types]
    said = f"{_weight(clause, touched, report)} Compare the device with section {clause['section']}"
    return f"{said} of VIRTIO; the source of the check says what was done and in which order."


def _weight(clause: dict[str, Any], naming: list[dict[str, Any]], report: dict[str, Any]) -> str:
    if clause["waived"]:
        return "Waived: it is broken all the same, and is excused until the waiver expires."
    if not report["requirements"]:
        if mandatory(clause):
            return f"A broken {clause['level']}: the target does not conform."
        return f"A broken {clause['level']} is advice: the target conforms without it."
    if clause["role"] == "decides":
        broken = [one["id"] for one in naming if one["verdict"] == "FAIL"]
        if broken:
            return f"It counts for {', '.join(broken)}."
        return "No requirement that decides is about this device: no verdict hangs on it."
    return {
        "advice": f"A broken {clause['level']} is advice here: no verdict hangs on it.",
        "advisory": f"The sentence is of VIRTIO {clause['since']}, newer than the profile binds:"
        " it decides nothing, and will when the profile moves on.",
        "permission": "A permission; no verdict hangs on it.",
        "outside": "No requirement of the profile names it: it decides nothing.",
    }[str(clause["role"])]


def sentences(report: dict[str, Any]) -> list[str]:
    """Return what came out, for a reader who knows nothing of this project, a thought each."""
    said = [_cause(report), _required(report), _outcome(report)]
    said.append(_unjudged(report["summary"]["clauses"]))
    return [sentence for sentence in said if sentence]


def _cause(report: dict[str, Any]) -> str:
    """Return why the run is incomplete, or nothing."""
    tests = report["summary"]["tests"]
    if report["run"]["cause"]:
        return f"The run did not get through: {report['run']['cause'].rstrip('.')}."
    if report["summary"]["verdict"] != "incomplete":
        return ""
    bad = [one for one in report["waivers"] if one["state"] in ("unused", "expired")]
    lost = [plural(tests["MISS"], "test") + " gave no result"] if tests["MISS"] else []
    lost += [plural(tests["ERROR"], "test") + " went wrong themselves"] if tests["ERROR"] else []
    lost += [plural(len(bad), "waiver") + " expired or excused nothing"] if bad else []
    return f"The run got through, but {' and '.join(lost) or 'not every rule was decided'}."


def _required(report: dict[str, Any]) -> str:
    """Return what became of the requirements that decide, or nothing without a profile."""
    if not report["requirements"]:
        return ""
    counts = report["summary"]["requirements"]
    parts = {
        "PASS": "kept",
        "FAIL": "broken",
        "INCONCLUSIVE": "without a clear result",
        "NOT-TESTED": "not tested",
        "NOT-APPLICABLE": "not applicable to this platform",
    }
    told = ", ".join(
        f"{counts[verdict]} {word}"
        for verdict, word in parts.items()
        if counts[verdict] or verdict in ("PASS", "FAIL")
    )
    waived = sum(one["waived"] for one in report["requirements"] if one["weight"] == "decides")
    if waived:
        told = told.replace(" broken", f" broken ({waived} waived)")
    total = sum(counts.values())
    said = f"Of {plural(total, 'requirement')} that decide under {report['profile']['name']}"
    rest = len(report["requirements"]) - total
    more = f"; {rest} more are advice or shown for information" if rest else ""
    return f"{said}: {told}{more}."


def _outcome(report: dict[str, Any]) -> str:
    counts, name = report["summary"]["clauses"], vmm_name(report)
    judged = counts["PASS"] + counts["FAIL"]
    if judged == 0:
        return f"Nothing was judged, so nothing here says anything about {name}."
    devices = plural(len(report["devices"]), "virtual device")
    version = "" if report["requirements"] else f" {report['profile']['virtio']}"
    where = f"of VIRTIO{version} that this run judged on {devices}"
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
    if report["requirements"]:
        roles = [clause["role"] for clause in broken]
        told = [f"{roles.count(role)} {word}" for role, word in _BROKEN.items() if role in roles]
        return ", ".join(told)
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

# SPDX-License-Identifier: GPL-2.0-or-later
"""The last lines of a run: what failed, which requirements that broke, the verdict, the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from avps.requirements import DECIDES
from avps.verdicts import BINDING

_BAD = ("FAIL", "ERROR", "MISS")
_OPEN = ("FAIL", "INCONCLUSIVE")
_MOST_MISS = 10
_LONGEST = 200


def print_summary(report: dict[str, Any], out: Path) -> None:
    """Print a line for each test that is neither PASS nor SKIP, each requirement that is broken or
    open, each claim and waiver that is wrong, the verdict, and the report's path.
    """
    unreached = 0
    levels = {clause["id"]: clause["level"] for clause in report["clauses"]}
    roles = {clause["id"]: clause["role"] for clause in report["clauses"]}
    for result in report["results"]:
        if result["reason"] == "not-reached":
            unreached += 1
        elif result["verdict"] in _BAD:
            print(_line(result, levels, roles))
    if unreached:
        print(f"MISS  {unreached} tests not reached")
    if report["run"]["cause"]:
        print(f"incomplete: {report['run']['cause']}")
        for line in report["console_tail"][-_MOST_MISS:]:
            print(f"  | {line}")
    for line in [*_requirements(report), *_claims(report), *_waivers(report)]:
        print(line)
    print(f"profile {report['profile']['name']}: {report['profile']['title']}")
    print(f"{report['target']['name']}: {report['summary']['headline']} ({_counts(report)})")
    print(f"report: {_short(out / 'report.html')}", flush=True)


def _line(result: dict[str, Any], levels: dict[str, str], roles: dict[str, str]) -> str:
    name = f"{result['test']}[{result['device']}{'-' + result['ring'] if result['ring'] else ''}]"
    why = ": ".join(filter(None, (result["reason"], result["message"])))
    if result["failures"]:
        first = result["failures"][0]
        level = levels.get(first["clause"], "not in the table")
        role = roles.get(first["clause"])
        advice = ", advice" if level in levels.values() and level not in BINDING else ""
        if role == "advisory":
            advice = ", newer than the profile's VIRTIO"
        why = f"{first['clause']} ({level}{advice}): "
        why += f"expected {first['expected']}, seen {first['seen']}"
    waived = ", waived" if result["waived"] else ""
    return f"{result['verdict']:5} {name}{waived}  {why}".rstrip()


def _requirements(report: dict[str, Any]) -> list[str]:
    return [
        f"{one['verdict']:5} {one['id']}{_weight(one)}  {_cut(one['why'])}"
        for one in report["requirements"]
        if one["verdict"] in _OPEN and one["weight"] != "shown"
    ]


def _weight(one: dict[str, Any]) -> str:
    return (" (waived)" if one["waived"] else "") + (
        "" if one["weight"] == DECIDES else " (advice)"
    )


def _claims(report: dict[str, Any]) -> list[str]:
    findings = report["statement"]["findings"] if report["statement"] else []
    return [
        f"claim {one['what']} of {one['device_type']} devices: {one['kind'].replace('-', ' ')}"
        for one in findings
        if one["kind"] == "claimed-not-offered"
    ]


def _waivers(report: dict[str, Any]) -> list[str]:
    return [
        f"waiver {one['number']}, of {one['clause'] or one['test']} on {one['target']}: "
        f"{one['state']}{': take it out' if one['state'] == 'unused' else ''}"
        for one in report["waivers"]
        if one["state"] not in ("used", "other-target")
    ]


def _counts(report: dict[str, Any]) -> str:
    summary = report["summary"]
    kinds = ("tests", "clauses", "requirements")
    return "; ".join(f"{kind}: {_told(summary[kind])}" for kind in kinds if summary[kind])


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count) or "none"


def _cut(text: str | None) -> str:
    return f"{text[:_LONGEST]} …" if text and len(text) > _LONGEST else text or ""


def _short(path: Path) -> Path:
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path

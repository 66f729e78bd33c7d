# SPDX-License-Identifier: GPL-2.0-or-later
"""JUnit XML, as CI servers read it: one suite, and a case for each test, device and ring."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

from avps.render.text import clip, one_line, visible

_ELEMENTS = {"FAIL": "failure", "ERROR": "error", "MISS": "error", "SKIP": "skipped"}


def render_junit(report: dict[str, Any]) -> str:
    """Return `report` as JUnit XML; what a device or a console said is made printable."""
    results = report["results"]
    verdicts = [result["verdict"] for result in results]
    every = sum(result["duration_ms"] for result in results)
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        {
            "name": f"avps {report['target']['name']}",
            "tests": str(len(results)),
            "failures": str(verdicts.count("FAIL")),
            "errors": str(verdicts.count("ERROR") + verdicts.count("MISS")),
            "skipped": str(verdicts.count("SKIP")),
            "time": _seconds(every),
            "timestamp": report["run"]["started"],
        },
    )
    for result in results:
        _case(suite, report["target"]["name"], result)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _case(suite: ElementTree.Element, target: str, result: dict[str, Any]) -> None:
    ring = f"-{result['ring']}" if result["ring"] else ""
    name = one_line(f"{result['test']}[{result['device']}{ring}]")
    words = {"classname": target, "name": name, "time": _seconds(result["duration_ms"])}
    case = ElementTree.SubElement(suite, "testcase", words)
    kind = _ELEMENTS.get(result["verdict"])
    if kind:
        told = ": ".join(filter(None, (result["verdict"], result["reason"], result["message"])))
        outcome = ElementTree.SubElement(case, kind, {"message": clip(one_line(told))})
        outcome.text = "\n".join([*_failures(result), f"again: {result['reproduce']}"])


def _failures(result: dict[str, Any]) -> list[str]:
    return [
        visible(
            clip(
                f"{one['clause']}: expected {one['expected']}, seen {one['seen']} ({one['where']})"
            )
        )
        for one in result["failures"]
    ]


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"

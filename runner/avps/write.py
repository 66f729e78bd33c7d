# SPDX-License-Identifier: GPL-2.0-or-later
"""All files of a report, from the evidence of a run and what it is judged by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from avps import bundle, origin, output
from avps.evidence import Evidence
from avps.measure import Measure
from avps.report import build


def write_report(out: Path, evidence: Evidence, measure: Measure) -> dict[str, Any]:
    """Judge the run, write everything into `out`, and give the report.

    Raises UserError if it can't be written.
    """
    report: dict[str, Any] = {}
    evidence.origin = {**evidence.origin, "written_by": origin.version()}
    output.write(out, lambda stage: report.update(_fill(stage, evidence, measure)))
    return report


def write_again(source: Path, folder: Path) -> dict[str, Any]:
    """Write the files of a report into an empty folder, from records and copies in `source` alone;
    give the report.

    What comes out is always the same. Raises OSError, and UserError naming the file that is not as
    it must be.
    """
    evidence = Evidence.read(source)
    return _fill(folder, evidence, Measure.read(source, evidence.given))


def _fill(folder: Path, evidence: Evidence, measure: Measure) -> dict[str, Any]:
    from avps.render import write_all
    from avps.render.junit import render_junit

    report = build(evidence, measure)
    evidence.write(folder)
    measure.write(folder)
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    write_all(report, folder)
    (folder / "junit.xml").write_text(render_junit(report), encoding="utf-8", newline="\n")
    bundle.write(folder, evidence, report)  # the last, as it has the others' digests
    return report

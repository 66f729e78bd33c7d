# SPDX-License-Identifier: GPL-2.0-or-later
"""All files of a report, from the evidence of a run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from avps import output
from avps.catalogue import Catalogue
from avps.evidence import Evidence
from avps.report import build


def write_report(
    out: Path, evidence: Evidence, catalogue: Catalogue, junit: Path | None = None
) -> dict[str, Any]:
    """Judge the run, write everything into `out`, and give the report.

    `junit` is a file to add to it. Raises UserError if it can't be written.
    """
    from avps.render import write_all

    report = build(evidence, catalogue)

    def fill(stage: Path) -> None:
        evidence.write(stage)
        (stage / "report.json").write_text(json.dumps(report, indent=1) + "\n")
        write_all(report, stage)
        if junit and junit.exists():
            shutil.copyfile(junit, stage / "junit.xml")

    output.write(out, fill)
    return report

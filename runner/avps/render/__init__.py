# SPDX-License-Identifier: GPL-2.0-or-later
"""Turn a report (`avps-report/1`) into the files that people and other tools read."""

from __future__ import annotations

import pathlib
from typing import Any

from avps.render.html import render_html
from avps.render.ktap import render_ktap


def write_all(report: dict[str, Any], out: pathlib.Path) -> list[pathlib.Path]:
    """Write `report.html` and `report.ktap` into the directory `out` and return their paths.

    `report` is valid by `reports/report.schema.json`. Raises OSError when a file cannot be written.
    """
    files = {"report.html": render_html(report), "report.ktap": render_ktap(report)}
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return [out / name for name in files]

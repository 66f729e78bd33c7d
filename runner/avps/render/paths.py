# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the report's own files lie."""

from __future__ import annotations

import pathlib

REPORTS = pathlib.Path(__file__).resolve().parents[3] / "reports"
SUITE = REPORTS.parent / "suite"
TEMPLATES = REPORTS / "templates"
SCHEMA = REPORTS / "report.schema.json"

# SPDX-License-Identifier: GPL-2.0-or-later
"""A run's output folder: written as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Callable

from avps.errors import UserError

STAGE = ".avps-"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"

# Every file that a report may have: one that an earlier run left, and this one did not, must go, as
# it would be taken for a part of this one.
FILES = (
    "run.json",
    "records.jsonl",
    "console.log",
    "catalogue.json",
    "profile.json",
    "statement.toml",
    "waivers.toml",
    "report.json",
    "report.html",
    "report.ktap",
    "junit.xml",
    MANIFEST,
    SIGNATURE,
)
_OURS = {"run.json", "report.json"}


def check(out: Path) -> None:
    """See that `out` can take a report: it is new, empty, or holds one. Raises UserError if not."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in out.iterdir()}
        if names and not names & _OURS and not all(name.startswith(STAGE) for name in names):
            raise UserError(
                f"{out} holds something other than a report: empty it, or name another with --out"
            )
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise UserError(f"{out}: no report can be written there: {error.strerror}") from error


def write(out: Path, fill: Callable[[Path], None]) -> None:
    """Have `fill` write a report's files into a new folder, then move each of them to `out`, and
    take away what is left there of an earlier report.

    The manifest goes first and comes last: with it, the folder is whole. Raises UserError if there
    is no room or no right to write; then `out` is as it was.
    """
    try:
        stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=out))
        try:
            fill(stage)
            names = sorted(path.name for path in stage.iterdir())
            for name in (SIGNATURE, MANIFEST, *FILES):
                if name in (SIGNATURE, MANIFEST) or name not in names:
                    (out / name).unlink(missing_ok=True)
            for name in sorted(names, key=lambda name: name == MANIFEST):
                os.replace(stage / name, out / name)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise failure(out, error) from error


def put(path: Path, content: bytes) -> None:
    """Add a file to a report, or replace it; whole or not at all. Raises UserError."""
    try:
        stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=path.parent))
        try:
            (stage / path.name).write_bytes(content)
            os.replace(stage / path.name, path)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise failure(path.parent, error) from error


def failure(out: Path, error: OSError) -> UserError:
    """Give the error that tells the user that `out` could not be written."""
    return UserError(f"{out}: the report can't be written: {error.strerror}")

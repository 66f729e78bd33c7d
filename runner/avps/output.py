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
OURS = ("run.json", "report.json")


def check(out: Path) -> None:
    """See that `out` can take a report: it is new, empty, or holds one. Raises UserError if not."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in out.iterdir()}
        if names and not names & set(OURS) and not all(name.startswith(STAGE) for name in names):
            raise UserError(
                f"{out} holds something other than a report: empty it, or name another with --out"
            )
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise UserError(f"{out}: no report can be written there: {error.strerror}") from error


def write(out: Path, fill: Callable[[Path], None]) -> None:
    """Have `fill` write files into a new folder, then move each of them to `out`.

    Raises UserError if there is no room or no right to write; then `out` is as it was.
    """
    try:
        stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=out))
        try:
            fill(stage)
            for path in sorted(stage.iterdir()):
                os.replace(path, out / path.name)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise failure(out, error) from error


def failure(out: Path, error: OSError) -> UserError:
    """Give the error that tells the user that `out` could not be written."""
    return UserError(f"{out}: the report can't be written: {error.strerror}")

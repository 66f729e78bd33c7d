# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's system emulators."""

from __future__ import annotations

import re
import subprocess


class Adapter:
    """QEMU, of whatever architecture."""

    name = "QEMU"

    def version(self, binary: str) -> str | None:
        """Ask the program; None if it can't be run or says something else."""
        try:
            said = subprocess.run(
                [binary, "--version"], capture_output=True, text=True, timeout=20
            ).stdout
        except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
            return None
        found = re.search(r"version (.+)", said)
        return found[1] if found else None

    def accel_args(self, accel: str) -> list[str]:
        """The accelerator, and every feature of a processor that it can give."""
        return ["-accel", accel, "-cpu", "max"]

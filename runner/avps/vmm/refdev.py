# SPDX-License-Identifier: GPL-2.0-or-later
"""The probe built for the host: no hypervisor, but reference devices in the probe's own process."""

from __future__ import annotations

import re
import subprocess


class Adapter:
    """The host's probe; its version is the probe's."""

    name = "refdev"

    def version(self, binary: str) -> str | None:
        """Read it from the usage text; None if the program can't be run or says something else."""
        try:
            said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
            return None
        found = re.search(r"\bprobe(?:-host)? (\d[\w.+-]*)", said.stdout + said.stderr)
        return found[1] if found else None

    def accel_args(self, accel: str) -> list[str]:
        """It has no such arguments."""
        return []

# SPDX-License-Identifier: GPL-2.0-or-later
"""Any program that starts a guest when its command line is run, and of which nothing else is known.
"""

from __future__ import annotations


class Adapter:
    """A VMM that is just a command."""

    name = "command"

    def version(self, binary: str) -> str | None:
        """It can't be asked."""
        return None

    def accel_args(self, accel: str) -> list[str]:
        """It has no such arguments."""
        return []

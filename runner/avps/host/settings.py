# SPDX-License-Identifier: GPL-2.0-or-later
"""Host actions of a target, as its file has them: the table [host]."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping

from avps.errors import UserError, near

QMP_FD = "qmp_fd"  # the placeholder of QMP's file descriptor in a command line
RESIZE = "block-resize"

# Makes the error of a key out of its name and what is wrong with it.
Bad = Callable[[str, str], UserError]


@dataclass(frozen=True)
class Settings:
    """`qmp`: the VMM talks QMP. `resize`: the drive, or block node, that QMP calls the disk of a
    serial number.
    """

    qmp: bool = False
    resize: Mapping[str, str] = field(default_factory=dict)

    @property
    def actions(self) -> list[str]:
        """Names of the actions that the target can do."""
        return [RESIZE] if self.resize else []


def read(content: Any, placeholders: set[str], bad: Bad) -> Settings:
    """Read the table [host] of a target whose command line has these placeholders.

    Raises what `bad` gives for a key that is unknown, or has a wrong value.
    """
    if not isinstance(content, dict):
        raise bad("host", f"must be a table: [host], not {content!r}")
    known = ("qmp", RESIZE)
    for key in content:
        if key not in known:
            raise bad(f"host.{key}", f"is no host action and no setting: {near(key, known)}")
    qmp = content.get("qmp", False)
    if not isinstance(qmp, bool):
        raise bad("host.qmp", f"must be true or false, not {qmp!r}")
    if qmp and QMP_FD not in placeholders:
        raise bad("host.qmp", f"the command has no '{{{QMP_FD}}}' for the VMM to talk QMP on")
    if RESIZE in content and not qmp:
        raise bad(f"host.{RESIZE}", "is done over QMP: say qmp = true in [host]")
    return Settings(qmp, _disks(content.get(RESIZE, {}), bad))


def _disks(content: Any, bad: Bad) -> dict[str, str]:
    where = f"host.{RESIZE}"
    if not isinstance(content, dict):
        raise bad(where, f"must be a table: [{where}], not {content!r}")
    for serial, drive in content.items():
        if not 0 < len(serial.encode()) <= 20:
            raise bad(f"{where}.{serial}", "is no serial number: those have 1 to 20 bytes")
        if not isinstance(drive, str) or not drive:
            raise bad(f"{where}.{serial}", f"must be the id of a drive, not {drive!r}")
    return dict(content)

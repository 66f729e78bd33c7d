# SPDX-License-Identifier: GPL-2.0-or-later
"""Host actions of a target, as its file has them: the table [host]."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Sequence

from avps.errors import UserError, near

QMP_FD = "qmp_fd"  # the placeholder of QMP's file descriptor in a command line
RESIZE = "block-resize"
POWER_CUTS = "power-cuts"
FACTS = "block-facts"
FACTS_KNOWN = ("zoned", "lifetime")
_SERIAL_MOST = 20  # bytes

# Makes the error of a key out of its name and what is wrong with it.
Bad = Callable[[str, str], UserError]


@dataclass(frozen=True)
class Settings:
    """`qmp`: the VMM talks QMP. `resize`: the drive, or block node, that QMP calls the disk of a
    serial number. `power_cuts`: the disk that is written to while the power is cut, by its serial
    number the name of its file. `facts`: what is so of the storage behind the disk of a serial
    number: it is `zoned`, it has `lifetime` metrics.
    """

    qmp: bool = False
    resize: Mapping[str, str] = field(default_factory=dict)
    power_cuts: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def actions(self) -> list[str]:
        """Names of the actions that the target can do."""
        known = {RESIZE: self.resize, POWER_CUTS: self.power_cuts, FACTS: self.facts}
        return [name for name, disks in known.items() if disks]


def read(content: Any, placeholders: set[str], bad: Bad) -> Settings:
    """Read the table [host] of a target whose command line has these placeholders.

    Raises what `bad` gives for a key that is unknown, or has a wrong value.
    """
    if not isinstance(content, dict):
        raise bad("host", f"must be a table: [host], not {content!r}")
    known = ("qmp", RESIZE, POWER_CUTS, FACTS)
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
    resize = _disks(RESIZE, "the id of a drive", content.get(RESIZE, {}), bad)
    cuts = _disks(POWER_CUTS, "the name of a disk", content.get(POWER_CUTS, {}), bad)
    if len(cuts) > 1:
        raise bad(f"host.{POWER_CUTS}", f"must have one disk, not {len(cuts)}")
    for serial, disk in cuts.items():
        if f"disk.{disk}" not in placeholders:
            raise bad(f"host.{POWER_CUTS}.{serial}", f"the command has no '{{disk.{disk}}}'")
    return Settings(qmp, resize, cuts, _facts(content.get(FACTS, {}), bad))


def _facts(content: Any, bad: Bad) -> dict[str, list[str]]:
    where = f"host.{FACTS}"
    _demand_serials(where, content, bad)
    for serial, facts in content.items():
        if not isinstance(facts, list) or not all(fact in FACTS_KNOWN for fact in facts):
            raise bad(
                f"{where}.{serial}",
                f"must be a list out of {', '.join(FACTS_KNOWN)}, not {facts!r}",
            )
    return dict(content)


def _demand_serials(where: str, content: Any, bad: Bad) -> None:
    if not isinstance(content, dict):
        raise bad(where, f"must be a table: [{where}], not {content!r}")
    for serial in content:
        if not 0 < len(serial.encode()) <= _SERIAL_MOST:
            raise bad(
                f"{where}.{serial}", f"is no serial number: those have 1 to {_SERIAL_MOST} bytes"
            )


def _disks(action: str, what: str, content: Any, bad: Bad) -> dict[str, str]:
    where = f"host.{action}"
    _demand_serials(where, content, bad)
    for serial, drive in content.items():
        if not isinstance(drive, str) or not drive:
            raise bad(f"{where}.{serial}", f"must be {what}, not {drive!r}")
    return dict(content)

# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a report was judged by the profile and the clauses that this avps has.

Its copies make it possible to judge a run again; they could as well be made to measure. They differ
honestly when the report is of another version of avps, so what differs is told and not refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

from avps import profiles
from avps.catalogue import FILE as CATALOGUE
from avps.origin import ROOT

_SUITE = ROOT / "suite"
_MOST = 5


def strange(folder: Path, profile: str) -> Iterator[str]:
    """Tell in what the copies in a report's folder are not what this avps would judge by; `profile`
    is the name that the report gives. Raises OSError.
    """
    own = _SUITE / "profiles" / f"{profile}.json"
    if own.exists() and own.read_bytes() != (folder / profiles.FILE).read_bytes():
        yield f"{profiles.FILE} is not the profile {profile} that this avps has: compare them"
    elif not own.exists() and profile != "virtio":
        yield f"{profiles.FILE}: this avps has no profile {profile}: read what it asks"
    there = {one["id"]: one for one in json.loads((folder / CATALOGUE).read_text())["clauses"]}
    known = dict(_clauses())
    other = [name for name in known if name not in there]
    other += [name for name, one in there.items() if known.get(name) != _binding(one)]
    if other:
        named = ", ".join(other[:_MOST]) + (" and more" if other[_MOST:] else "")
        yield f"{CATALOGUE}: {len(other)} clause(s) not as this avps has them: {named}"


def _clauses() -> Iterator[tuple[str, tuple[str, str]]]:
    for path in sorted(_SUITE.glob("*/clauses.json")):
        for entry in json.loads(path.read_text()):
            yield entry["id"], _binding(entry)


def _binding(entry: dict[str, Any]) -> tuple[str, str]:
    """Give what decides whether a broken clause counts."""
    return str(entry["level"]), str(entry["since"]).lstrip("v")

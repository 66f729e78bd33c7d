# SPDX-License-Identifier: GPL-2.0-or-later
"""manifest.json (reports/manifest.schema.json): what a report consists of, and where it comes from.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from avps import origin
from avps.evidence import Evidence
from avps.output import MANIFEST, SIGNATURE

SCHEMA = "avps-manifest/1"


def write(folder: Path, evidence: Evidence, report: dict[str, Any]) -> None:
    """Write the manifest of the report whose other files are in `folder`. Raises OSError."""
    (folder / MANIFEST).write_text(text(build(folder, evidence, report)))


def text(manifest: dict[str, Any]) -> str:
    """Give the manifest as it is written: one text for one content, as a signature needs it."""
    return json.dumps(manifest, indent=1) + "\n"


def build(folder: Path, evidence: Evidence, report: dict[str, Any]) -> dict[str, Any]:
    """Give the manifest of a report: nothing in it but what is in the folder's other files, so that
    it can be made again and compared. Raises OSError.
    """
    facts = evidence.origin
    target = {name: value for name, value in evidence.target.items() if name != "command"}
    return {
        "schema": SCHEMA,
        "run": {
            "id": evidence.id,
            "started": evidence.started,
            "duration_s": evidence.duration_s,
            "nonce": evidence.nonce,
            "nonce_given": facts.get("nonce_given"),
        },
        "target": target,
        "command": evidence.target["command"],
        "verdict": report["summary"]["verdict"],
        "profile": {**_named(report["profile"]), "sha256": _digest(folder / "profile.json")},
        "catalogue": {
            "clauses": len(report["clauses"]),
            "sha256": _digest(folder / "catalogue.json"),
        },
        "probe": report["run"]["probe"],
        "avps": {"ran": facts.get("avps"), "wrote": facts.get("written_by")},
        "host": facts.get("host"),
        "parts": facts.get("parts"),
        "files": files(folder),
    }


def files(folder: Path) -> list[dict[str, Any]]:
    """Give name, SHA-256 and size in bytes of each file but the manifest and its signature, by
    name. Raises OSError.
    """
    return [
        {"file": path.name, "sha256": origin.digest(path), "size": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.name not in (MANIFEST, SIGNATURE)
    ]


def _named(profile: dict[str, Any]) -> dict[str, Any]:
    return {"name": profile["name"], "virtio": profile["virtio"]}


def _digest(path: Path) -> str | None:
    return origin.digest(path) if path.exists() else None

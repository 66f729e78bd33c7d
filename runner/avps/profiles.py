# SPDX-License-Identifier: GPL-2.0-or-later
"""What a target is measured against."""

from __future__ import annotations

import json

from avps.errors import UserError, near
from avps.tree import Tree

# Without a profile every sentence of the tables counts, and they are those of this version.
_EVERYTHING = {"name": "virtio", "virtio": "1.4"}


def load_profile(tree: Tree, name: str | None) -> dict[str, str]:
    """Give name and VIRTIO version of a profile; None: all sentences of the standard.

    Raises UserError if there is no such profile in suite/profiles.
    """
    if name in (None, _EVERYTHING["name"]):
        return _EVERYTHING
    path = tree.profiles / f"{name}.json"
    known = [one.stem for one in tree.profiles.glob("*.json")] + [_EVERYTHING["name"]]
    try:
        profile = json.loads(path.read_text())
        return {"name": str(name), "virtio": str(profile["virtio"])}
    except FileNotFoundError as error:
        raise UserError(f"profile '{name}' is not known: {near(str(name), known)}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: not a profile: {error!r}") from error

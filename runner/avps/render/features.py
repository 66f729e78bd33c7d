# SPDX-License-Identifier: GPL-2.0-or-later
"""Names of VIRTIO feature bits, from `suite/*/features.json`: one file a device type."""

from __future__ import annotations

import functools
import json

from avps.render.paths import SUITE


def feature_name(virtio_id: int, bit: int) -> str | None:
    """Return the standard's name of feature `bit` of device type number `virtio_id`, or None.

    A bit of the legacy interface gives its name only where the modern one has none for it.
    Raises OSError or ValueError when a file cannot be read or parsed.
    """
    for legacy in (False, True):
        for owner in (virtio_id, None):  # None: the bits that every type shares
            name = _table().get((owner, bit, legacy))
            if name:
                return name
    return None


@functools.cache
def _table() -> dict[tuple[int | None, int, bool], str]:
    return {
        (data["virtio_id"], feature["bit"], feature["legacy"]): feature["name"]
        for path in sorted(SUITE.glob("*/features.json"))
        for data in [json.loads(path.read_text(encoding="utf-8"))]
        for feature in data["features"]
    }

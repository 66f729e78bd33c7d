# SPDX-License-Identifier: GPL-2.0-or-later
"""Names of VIRTIO feature bits, from `reports/features/*.json`: one file a device type."""

from __future__ import annotations

import functools
import json

from avps.render.paths import REPORTS


def feature_name(virtio_id: int, bit: int) -> str | None:
    """Return the standard's name of feature `bit` of device type number `virtio_id`, or None.

    Bits that every type shares (`any.json`) are looked up after the type's own.
    Raises OSError or ValueError when a file cannot be read or parsed.
    """
    table = _table()
    return table.get((virtio_id, bit)) or table.get((None, bit))


@functools.cache
def _table() -> dict[tuple[int | None, int], str]:
    names: dict[tuple[int | None, int], str] = {}
    for path in sorted((REPORTS / "features").glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        for bit, name in data["bits"].items():
            names[data["virtio_id"], int(bit)] = name
    return names

# SPDX-License-Identifier: GPL-2.0-or-later
"""Device types and the names of their feature bits: `suite/*/features.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping

from avps.errors import UserError

# The suite whose bits all types share; its virtio_id is null.
COMMON = "core"


@dataclass(frozen=True)
class Feature:
    """One bit; `legacy`: it means that only over the legacy interface."""

    bit: int
    name: str
    since: str
    legacy: bool


@dataclass(frozen=True)
class DeviceTypes:
    """What virtio_id the devices of a suite have (None: it is of no type), and all features."""

    ids: Mapping[str, int | None] = field(default_factory=dict)
    features: Mapping[str, tuple[Feature, ...]] = field(default_factory=dict)

    @classmethod
    def load(cls, suite: Path) -> DeviceTypes:
        """Read the files below the folder `suite`. Raises UserError for a bad one."""
        tables: dict[str, Any] = {}
        for path in sorted(suite.glob("*/features.json")):
            try:
                tables[path.parent.name] = json.loads(path.read_text())
            except (OSError, ValueError) as error:
                raise UserError(f"{path}: {error}") from error
        return cls.of_json(tables, suite)

    @classmethod
    def of_json(cls, tables: Any, path: Path) -> DeviceTypes:
        """Take what `as_json` gave, read from `path`. Raises UserError if it is something else."""
        try:
            return cls(
                {name: table["virtio_id"] for name, table in tables.items()},
                {
                    name: tuple(
                        Feature(one["bit"], one["name"], one["since"], one["legacy"])
                        for one in table["features"]
                    )
                    for name, table in tables.items()
                },
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise UserError(f"{path}: not a table of feature bits: {error!r}") from error

    def as_json(self) -> dict[str, Any]:
        """Give it in the form of the files, by suite."""
        return {
            name: {"virtio_id": number, "features": [vars(one) for one in self.features[name]]}
            for name, number in self.ids.items()
        }

    def names(self) -> list[str]:
        """Give the device types by name, that is by suite."""
        return [name for name, number in self.ids.items() if number is not None]

    def name(self, virtio_id: int) -> str | None:
        """Give the name of a type; None if it has no suite."""
        return next((name for name in self.names() if self.ids[name] == virtio_id), None)

    def of_type(self, name: str) -> list[Feature]:
        """Give the features that a device of this type can offer: its own, then the common ones."""
        return [*self.features.get(name, ()), *self.features.get(COMMON, ())]

    def bit(self, name: str, feature: str) -> int:
        """Give the bit of a type's feature, by its name. Raises KeyError if it has none of it."""
        for one in self.of_type(name):
            if one.name == feature:
                return one.bit
        raise KeyError(feature)

    def feature_name(self, virtio_id: int, bit: int) -> str | None:
        """Give the name of a bit; of a bit of the legacy interface only if the modern has none."""
        known = self.of_type(self.name(virtio_id) or "")
        for legacy in (False, True):
            for one in known:
                if (one.bit, one.legacy) == (bit, legacy):
                    return one.name
        return None

# SPDX-License-Identifier: GPL-2.0-or-later
"""Which device of one run is which of the next: addresses may move, devices come and go."""

from __future__ import annotations

from typing import Any, Callable, Sequence

Device = dict[str, Any]

# How alike two devices have to be, tried in this order: one that kept its address is the same; one
# that moved is known by what it offers, or at last by its type.
_LIKE: tuple[Callable[[Device], Any], ...] = (
    lambda device: (device["type"], device["transport"], device["id"]),
    lambda device: (device["type"], device["transport"], str(device["features"])),
    lambda device: (device["type"], device["transport"]),
)


class Tracks:
    """The devices of a series, numbered: a number is one device, whatever its address."""

    def __init__(self, runs: Sequence[Sequence[Device]], first: int) -> None:
        """Take the devices of each run, in time order; `first` is the column of the earliest."""
        self._runs: dict[int, dict[int, Device]] = {}
        self._last: dict[int, Device] = {}
        self._strangers: dict[str, int] = {}
        self._first = first
        for column, devices in enumerate(runs, first):
            self._runs[column] = self._match(devices)
            self._last.update(self._runs[column])

    def all(self) -> list[int]:
        """Give the numbers of all devices."""
        return list(self._last)

    def device(self, column: int, track: int) -> Device | None:
        """Give a run's device by number; None if it has none."""
        return self._runs[column].get(track)

    def of(self, column: int, id: str) -> int:
        """Give the number of a run's device by address.

        One that the run has results of, and no `device` record, gets a number below 0.
        """
        for track, device in self._runs[column].items():
            if device["id"] == id:
                return track
        return self._strangers.setdefault(id, -1 - len(self._strangers))

    def has(self, column: int, track: int) -> bool:
        """Say whether a run has a device; of one without a record nobody can say that it hasn't."""
        return track < 0 or track in self._runs[column]

    def id_at(self, column: int, track: int) -> str:
        """Give the address of a device in a run, or the last known one."""
        if track < 0:
            return list(self._strangers)[-1 - track]
        name: str = (self._runs[column].get(track) or self._last[track])["id"]
        return name

    def new_at(self, column: int) -> list[str]:
        """Give the devices that no earlier run had, in words; the first run has none."""
        earlier = {n for at, of_run in self._runs.items() if at < column for n in of_run}
        new = [one for n, one in self._runs[column].items() if n not in earlier]
        return [f"{one['type']} {one['id']}" for one in new] if column > self._first else []

    def moved_at(self, column: int) -> list[str]:
        """Give the devices that had another address in the run before, in words."""
        before = self._runs.get(column - 1, {})
        return [
            f"{one['type']} {before[n]['id']} → {one['id']}"
            for n, one in self._runs[column].items()
            if n in before and before[n]["id"] != one["id"]
        ]

    def _match(self, devices: Sequence[Device]) -> dict[int, Device]:
        """Give the devices of a run by number, those that nobody knows yet with new ones."""
        found: dict[int, Device] = {}
        left = list(devices)
        for like in _LIKE:
            unknown = []
            for device in left:
                known = (
                    n
                    for n, one in self._last.items()
                    if n not in found and like(one) == like(device)
                )
                track = next(known, None)
                if track is None:
                    unknown.append(device)
                else:
                    found[track] = device
            left = unknown
        found.update(enumerate(left, len(self._last)))
        return found

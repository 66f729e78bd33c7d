# SPDX-License-Identifier: GPL-2.0-or-later
"""The vendor's conformance statement (`--ics FILE`), by section 4 of docs/verdicts.md."""

from __future__ import annotations

import datetime
import hashlib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Collection, Sequence

from avps.clauses import Scopes
from avps.devicetypes import DeviceTypes
from avps.errors import UserError, near
from avps.lines import toml_line

# The copy of the file in a report's folder, by which the report can be made again.
FILE = "statement.toml"

_TOP = ("contact", "date", "product", "claims", "answers")
_PRODUCT = ("vendor", "name", "version")
_CLAIMS = ("devices", "features")
_ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True)
class Statement:
    """What the vendor declares; `file` is the name under which it was given."""

    file: str
    sha256: str
    product: dict[str, str]
    contact: str
    date: str
    devices: tuple[str, ...]
    features: dict[str, tuple[str, ...]]
    answers: dict[str, bool]


@dataclass(frozen=True)
class Finding:
    """Where claims and devices differ: `what` is a feature of `device_type`, or that type."""

    kind: str
    what: str
    device_type: str


CLAIMED = "claimed-not-offered"
OFFERED = "offered-not-claimed"


def parse(
    text: str,
    path: Path,
    types: DeviceTypes,
    questions: Collection[str] | None,
    name: str | None = None,
) -> Statement:
    """Take the text of the file `path`; `questions` are those that may be answered, None: any.

    `name` is what the file was called when it was given, None: as it is.
    Raises UserError naming file, line and remedy (I4).
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: {error}") from error
    found = _Reader(path, text, data).statement(types, questions)
    return replace(found, file=name or path.name)


def findings(statement: Statement, types: DeviceTypes, scopes: Scopes) -> list[Finding]:
    """Compare claims with devices (I1 to I3), device type by device type."""
    found = []
    for name in types.names():
        devices = scopes.of(name).devices
        claimed = set(statement.features.get(name, ()))
        bits = {types.bit(name, one) for one in claimed}
        offered = {bit for device in devices for bit in device["features"]}
        # Nobody knows what a device offers that could not be read.
        readable = not any(device["problem"] and not device["features"] for device in devices)
        if name in statement.devices and not devices and scopes.all.discovered:
            found.append(Finding(CLAIMED, name, name))
        if name not in statement.devices and devices:
            found.append(Finding(OFFERED, name, name))
        if devices and readable and scopes.all.discovered:
            for feature in statement.features.get(name, ()):
                if types.bit(name, feature) not in offered:
                    found.append(Finding(CLAIMED, feature, name))
        for bit in sorted(offered - bits):
            known = types.feature_name(types.ids[name] or 0, bit)
            if known:
                found.append(Finding(OFFERED, known, name))
    return found


class _Reader:
    """Turns a statement's tables into a Statement, with complaints that name line and key."""

    def __init__(self, path: Path, text: str, data: dict[str, Any]) -> None:
        self._path = path
        self._text = text
        self._data = data

    def statement(self, types: DeviceTypes, questions: Collection[str] | None) -> Statement:
        self._known("", self._data, _TOP, "key of a statement")
        contact = self._words("", self._data, "contact")
        product = self._table("product")
        self._known("product", product, _PRODUCT, "key of a product")
        claims = self._table("claims", optional=True)
        self._known("claims", claims, _CLAIMS, "key of the claims")
        devices = self._names("claims", claims, "devices", types.names(), "device type")
        return Statement(
            file=self._path.name,
            sha256=hashlib.sha256(self._text.encode()).hexdigest(),
            product={key: self._words("product", product, key) for key in _PRODUCT},
            contact=contact,
            date=self._day(),
            devices=devices,
            features=self._features(claims, devices, types),
            answers=self._answers(questions),
        )

    def _features(
        self, claims: dict[str, Any], devices: Sequence[str], types: DeviceTypes
    ) -> dict[str, tuple[str, ...]]:
        table = claims.get("features", {})
        if not isinstance(table, dict):
            raise self._bad("claims", "features", "must be a table: [claims.features]")
        for name in table:
            if name not in types.names():
                raise self._bad(
                    "claims.features",
                    name,
                    f"is no device type that is known: {near(name, types.names())}",
                )
            if name not in devices:
                raise self._bad(
                    "claims.features",
                    name,
                    "features of a type that is not claimed: add it to 'devices' of [claims]",
                )
        return {
            name: self._names(
                "claims.features",
                table,
                name,
                [one.name for one in types.of_type(name)],
                f"feature of {name} devices",
            )
            for name in table
        }

    def _answers(self, questions: Collection[str] | None) -> dict[str, bool]:
        found = {}
        for key, value in self._table("answers", optional=True).items():
            if questions is not None and key not in questions:
                raise self._bad(
                    "answers", key, f"is no question that is known: {near(key, questions)}"
                )
            if isinstance(value, str):
                value = _ANSWERS.get(value.lower(), value)
            if not isinstance(value, bool):
                raise self._bad("answers", key, f'must be "yes" or "no", not {value!r}')
            found[key] = value
        return found

    def _names(
        self, table: str, content: dict[str, Any], key: str, known: Sequence[str], what: str
    ) -> tuple[str, ...]:
        names = content.get(key, [])
        if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
            raise self._bad(table, key, 'must be a list of names: ["…", "…"]')
        for name in names:
            if name not in known:
                raise self._bad(
                    table, key, f"'{name}' is no {what} that is known: {near(name, known)}", name
                )
            if names.count(name) > 1:
                raise self._bad(table, key, f"'{name}' is there twice", name)
        return tuple(names)

    def _table(self, key: str, optional: bool = False) -> dict[str, Any]:
        value = self._data.get(key, {} if optional else None)
        if not isinstance(value, dict):
            raise self._bad("", key, f"must be a table: [{key}]")
        return value

    def _known(self, table: str, content: dict[str, Any], known: Sequence[str], what: str) -> None:
        for key in content:
            if key not in known:
                raise self._bad(table, key, f"is no {what}: {near(key, known)}")

    def _words(self, table: str, content: dict[str, Any], key: str) -> str:
        value = content.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._bad(table, key, "must be filled in, with a text")
        return value.strip()

    def _day(self) -> str:
        value = self._data.get("date")
        if type(value) is not datetime.date:
            raise self._bad("", "date", "must be a day, without quotes: 2026-12-31")
        return value.isoformat()

    def _bad(self, table: str, key: str, problem: str, word: str = "") -> UserError:
        line = toml_line(self._text, table, key, word)
        if not table and isinstance(self._data.get(key), dict):
            line = toml_line(self._text, key)
        where = f"{table}.{key}" if table else key
        return UserError(f"{self._path}:{line}: {where}: {problem}")

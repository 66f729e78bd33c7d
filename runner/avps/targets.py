# SPDX-License-Identifier: GPL-2.0-or-later
"""Target files: one way to start one hypervisor, as data; see runner/targets/qemu-q35.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Iterable, Mapping

from avps.disks import SECTOR
from avps.errors import UserError, near
from avps.host import settings
from avps.host.settings import Settings
from avps.tree import Tree, host_arch

ACCELS = ("kvm", "tcg", "xen", "hvf", "none")
_PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_-]+)?)\}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_BIGGEST_DISK = 1 << 30
_THIS_MACHINE = "host"  # as arch: that of the machine that we run on


@dataclass(frozen=True)
class Disk:
    """A disk file made anew for each run; a command line names it `{disk.NAME}`."""

    name: str
    sectors: int


@dataclass(frozen=True)
class Target:
    """One target file; `expand` fills in the placeholders of its command line."""

    name: str
    path: Path
    description: str
    vmm: str
    arch: str
    command: tuple[str, ...]
    accel: tuple[str, ...] = ("none",)
    memory_mib: int = 96
    cpus: int = 1
    silence_s: float = 20.0
    test_limit_s: int = 10
    kernel_args: tuple[str, ...] = ()
    disks: tuple[Disk, ...] = ()
    host: Settings = field(default_factory=Settings)

    def expand(self, values: Mapping[str, str | list[str]]) -> list[str]:
        """Give the command line with `values` for its placeholders.

        A placeholder that stands alone may become several words. Raises UserError for one without a
        value.
        """
        words: list[str] = []
        for word in self.command:
            alone = _PLACEHOLDER.fullmatch(word)
            value = self._value(alone[1], values) if alone else None
            if isinstance(value, list):
                words += value
            else:
                words.append(
                    _PLACEHOLDER.sub(lambda found: str(self._value(found[1], values)), word)
                )
        return words

    @property
    def placeholders(self) -> set[str]:
        """Names of the placeholders in its command line."""
        return {name for word in self.command for name in _PLACEHOLDER.findall(word)}

    @property
    def sockets(self) -> tuple[str, ...]:
        """The placeholders for which a socket is made when it is started."""
        return ("records_fd", *sorted({settings.QMP_FD} & self.placeholders))

    def means_nothing(self, placeholder: str, known: Iterable[str]) -> UserError:
        """Give the error that tells of a placeholder which is not among the known ones."""
        return UserError(
            f"{self.path}: command: '{{{placeholder}}}' means nothing: {near(placeholder, known)}"
        )

    def _value(self, placeholder: str, values: Mapping[str, str | list[str]]) -> str | list[str]:
        if placeholder not in values:
            raise self.means_nothing(placeholder, values)
        return values[placeholder]


def names(tree: Tree) -> list[str]:
    """Give the names of the targets there are."""
    return sorted(path.stem for path in tree.targets.glob("*.toml"))


def load(tree: Tree, name: str) -> Target:
    """Read a target by its name, or by its file's path (with a slash, or .toml at the end).

    Raises UserError naming file, key and remedy.
    """
    by_path = "/" in name or name.endswith(".toml")
    path = Path(name) if by_path else tree.targets / f"{name}.toml"
    try:
        content = tomllib.loads(path.read_text())
    except FileNotFoundError as error:
        hint = "no such file" if by_path else near(name, names(tree))
        raise UserError(f"target '{name}' is not known: {hint}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path}: {error}") from error
    return _Reader(path, content).target()


class _Reader:
    """Turns the content of a target file into a Target, with complaints that name the key."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self._path = path
        self._content = content

    def target(self) -> Target:
        if not _NAME.fullmatch(self._path.stem):
            raise self._bad("name of the file", "must be of a-z, 0-9, '.', '_', '-'")
        keys = {one.name: one for one in fields(Target) if one.name not in ("name", "path")}
        for key in self._content:
            if key not in keys:
                raise self._bad(key, f"is no key of a target: {near(key, keys)}")
        for key, one in keys.items():
            needed = one.default is MISSING and one.default_factory is MISSING
            if needed and key not in self._content:
                raise self._bad(key, "is missing")
        values = {
            key: self._value(key, str(one.type))
            for key, one in keys.items()
            if key in self._content
        }
        if values["arch"] == _THIS_MACHINE:
            values["arch"] = host_arch()
        host = values.pop("host", {})
        target = Target(name=self._path.stem, path=self._path, **values)
        self._check(target)
        target = replace(target, host=settings.read(host, target.placeholders, self._bad))
        return target

    def _value(self, key: str, kind: str) -> Any:
        value = self._content[key]
        if kind == "str":
            return self._need(key, value, isinstance(value, str) and value, "must be a text")
        if kind == "int":
            right = isinstance(value, int) and not isinstance(value, bool) and value > 0
            return self._need(key, value, right, "must be a whole number above 0")
        if kind == "float":
            right = isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0
            return float(self._need(key, value, right, "must be a number of seconds above 0"))
        if kind == "tuple[str, ...]":
            right = isinstance(value, list) and all(isinstance(word, str) for word in value)
            return tuple(self._need(key, value, right, "must be a list of texts"))
        if kind == "Settings":
            return value  # it can be judged only with the command line
        return tuple(
            self._disk(number, entry) for number, entry in enumerate(self._tables(key, value))
        )

    def _tables(self, key: str, value: Any) -> list[dict[str, Any]]:
        right = isinstance(value, list) and all(isinstance(entry, dict) for entry in value)
        return list(self._need(key, value, right, f"must be tables: [[{key}]]"))

    def _disk(self, number: int, entry: dict[str, Any]) -> Disk:
        where = f"disks[{number}]"
        known = {"name", "sectors"}
        for key in entry:
            if key not in known:
                raise self._bad(f"{where}.{key}", f"is no key of a disk: {near(key, known)}")
        name, sectors = entry.get("name"), entry.get("sectors")
        named = isinstance(name, str) and _NAME.fullmatch(name)
        self._need(f"{where}.name", name, named, "must be of a-z, 0-9, '.', '_', '-'")
        sized = type(sectors) is int and 0 < sectors <= _BIGGEST_DISK // SECTOR
        self._need(
            f"{where}.sectors",
            sectors,
            sized,
            f"must be 1 to {_BIGGEST_DISK // SECTOR} (of {SECTOR} bytes)",
        )
        return Disk(str(name), int(str(sectors)))

    def _check(self, target: Target) -> None:
        self._need("command", target.command, target.command, "must name a program")
        self._need(
            "accel", target.accel, target.accel, f"must name at least one of {', '.join(ACCELS)}"
        )
        for accel in target.accel:
            self._need("accel", accel, accel in ACCELS, f"is not known: {near(accel, ACCELS)}")
        twice = len({disk.name for disk in target.disks}) < len(target.disks)
        self._need(
            "disks", [disk.name for disk in target.disks], not twice, "must have different names"
        )
        patient = target.silence_s > target.test_limit_s
        self._need(
            "silence_s",
            target.silence_s,
            patient,
            f"must be above test_limit_s ({target.test_limit_s})",
        )

    def _need(self, key: str, value: Any, right: object, what: str) -> Any:
        if not right:
            raise self._bad(key, f"{what}, not {value!r}")
        return value

    def _bad(self, key: str, what: str) -> UserError:
        return UserError(f"{self._path}: {key}: {what}")

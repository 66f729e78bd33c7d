# SPDX-License-Identifier: GPL-2.0-or-later
"""Which accelerator runs the guest: KVM only where a guest really runs on it.

There are hosts where /dev/kvm opens, a VMM starts on it without complaint, and a 64-bit kernel then
never gets anywhere. So the question is answered by trying, with the target's own command line: a
guest that runs writes to its console or record stream at once. The answer is kept until the host
boots again, or the VMM or the kernel changes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Mapping

from avps.boot import Boot
from avps.errors import UserError
from avps.targets import Target
from avps.tree import same_arch
from avps.vmm import Vmm
from avps.vmm import process

FIRST_SIGN_S = 2.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

Values = Mapping[str, "str | list[str]"]


def choose(asked: str, target: Target, vmm: Vmm, values: Values) -> str:
    """Give the accelerator to use: `asked`, or for `auto` the target's first that works.

    `values` are those of the command line's placeholders. Raises UserError if what was asked for
    does not work here.
    """
    if asked != "auto" and asked not in target.accel:
        raise UserError(f"--accel {asked}: {target.path} has only accel = {list(target.accel)}")
    for accel in target.accel if asked == "auto" else (asked,):
        why_not = None if accel != "kvm" else _why_not_kvm(target, vmm, values)
        if why_not is None:
            return accel
    raise UserError(
        f"--accel {asked}: {why_not}: take another, this target has {', '.join(target.accel)}"
    )


def _why_not_kvm(target: Target, vmm: Vmm, values: Values) -> str | None:
    host = os.uname().machine
    if not same_arch(target.arch, host):
        return f"this machine is {host}, its guests can't be {target.arch}"
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "/dev/kvm is missing, or not yours to use"
    cache = Cache()
    key = _key(target, values.get("kernel"))
    works = cache.get(key)
    if works is None:
        works = runs(target, {**values, "accel": "kvm", "accel_args": vmm.accel_args("kvm")})
        cache.put(key, works)
    return (
        None if works else f"/dev/kvm opens, but no guest runs on it (tried for {FIRST_SIGN_S:g} s)"
    )


def runs(target: Target, values: Values, limit_s: float = FIRST_SIGN_S) -> bool:
    """Start the VMM, and say whether the guest writes anything within `limit_s` seconds."""
    with ExitStack() as closing:
        with process.uninterrupted():
            started = process.start(target, values)
            closing.callback(started.close)
        boot = Boot(started, limit_s)
        boot.until(lambda: bool(boot.arrivals or boot.console))
        alive = not boot.over
    return alive


class Cache:
    """Answers by key, in ${XDG_CACHE_HOME:-~/.cache}/avps/accel.json.

    A file that can't be read or written is no error.
    """

    def __init__(self) -> None:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        self.path = Path(base) / "avps" / "accel.json"

    def get(self, key: str) -> bool | None:
        """Give the remembered answer; None if there is none."""
        answer = self._read().get(key)
        return answer if isinstance(answer, bool) else None

    def put(self, key: str, answer: bool) -> None:
        """Remember an answer, and forget all older ones but the last few."""
        answers = dict(list(self._read().items())[-15:])
        answers[key] = answer
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self.path.parent, delete=False) as file:
                json.dump(answers, file)
            os.replace(file.name, self.path)
        except OSError:
            pass

    def _read(self) -> dict[str, object]:
        try:
            content = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


def _key(target: Target, kernel: str | list[str] | None) -> str:
    """Give a text that changes when the answer may: host boot, VMM, kernel, command line."""
    binary = shutil.which(target.command[0]) or target.command[0]
    try:
        stat = os.stat(binary)
        program = [os.path.realpath(binary), stat.st_size, stat.st_mtime_ns]
        parts = [
            _BOOT_ID.read_text(),
            program,
            hashlib.sha256(Path(str(kernel)).read_bytes()).hexdigest() if kernel else None,
        ]
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}: install it (make setup)") from error
    return hashlib.sha256(json.dumps([*parts, target.command]).encode()).hexdigest()

# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run costs: the whole suite against a boot of the same image that runs nothing.

Both are measured alike: wall time of the VMM's process, from its start to its exit, as the runner's
own work before and after is no part of it. They take turns, so that what else the machine does
meets both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any, Callable

from avps import targets
from avps.boot import Boot
from avps.errors import UserError
from avps.run import Run
from avps.targets import Target
from avps.transcript import Key
from avps.tree import Tree

MEASURED = "wall time of the VMM's process from its start to its exit, in seconds"
_LONGEST = 10


@dataclass
class Bench:
    """Figures of one target: seconds of each boot, microseconds of each test in each full run."""

    target: str
    vmm: str
    version: str | None
    accel: str
    full_s: list[float] = field(default_factory=list)
    bare_s: list[float] = field(default_factory=list)
    tests_us: dict[Key, list[int]] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """How many bare boots a full run takes, by the medians."""
        return median(self.full_s) / median(self.bare_s)

    def tests(self) -> list[tuple[Key, int]]:
        """Each test with the median of its times, the longest first."""
        medians = ((key, round(median(times))) for key, times in self.tests_us.items())
        return sorted(medians, key=lambda row: (-row[1], str(row[0])))

    def as_json(self) -> dict[str, Any]:
        """Give all figures."""
        tests = self.tests()
        return {
            "target": self.target,
            "vmm": self.vmm,
            "version": self.version,
            "accel": self.accel,
            "measured": MEASURED,
            "full": _spread(self.full_s),
            "bare": _spread(self.bare_s),
            "ratio": round(self.ratio, 3),
            "guest": {
                "total_us": sum(time for _, time in tests),
                "tests": [
                    {"test": key.test, "device": key.device, "ring": key.ring, "duration_us": time}
                    for key, time in tests
                ],
            },
        }

    def as_text(self) -> str:
        """Give the figures that people ask for first."""
        tests = self.tests()
        lines = [
            f"{self.target}: {self.vmm} {self.version or ''} on {self.accel}, "
            f"{len(self.full_s)} pairs of boots in turn",
            f"  {MEASURED}:",
            f"  full run   {_words(self.full_s)}",
            f"  bare boot  {_words(self.bare_s)}",
            f"  ratio      {self.ratio:.2f}",
            f"  in the guest's {len(tests)} tests {sum(t for _, t in tests) / 1e6:.2f} s; "
            "the longest, in ms:",
        ]
        lines += [f"  {time / 1000:9.1f}  {key}" for key, time in tests[:_LONGEST]]
        return "\n".join(lines)


def built(tree: Tree) -> list[Target]:
    """Give the targets that boot an image, and whose image is built. Raises UserError if there is
    none.
    """
    found = [targets.load(tree, name) for name in targets.names(tree)]
    ready = [target for target in found if _is_built(tree, target)]
    if not ready:
        raise UserError("no target's image is built: run 'make' first")
    return ready


def measure(
    tree: Tree, target: Target, accel: str, pairs: int, tell: Callable[[str], None]
) -> Bench:
    """Boot `target` `pairs` times to run everything, and as often to run nothing, in turn.

    `tell` hears of each boot. Raises UserError if a boot can't be started or breaks off.
    """
    bench: Bench | None = None
    for number in range(pairs):
        for bare in (False, True):
            what = "bare boot" if bare else "full run"
            facts, boot = _boot(tree, target, accel, bare)
            tell(f"{target.name}: {what} {number + 1} of {pairs}: {boot.duration_s:.2f} s")
            bench = bench or Bench(target.name, facts["vmm"], facts["version"], facts["accel"])
            (bench.bare_s if bare else bench.full_s).append(round(boot.duration_s, 4))
            for key, end in boot.transcript.ended.items():
                bench.tests_us.setdefault(key, []).append(end["duration_us"])
    assert bench
    return bench


def _boot(tree: Tree, target: Target, accel: str, bare: bool) -> tuple[dict[str, Any], Boot]:
    """Boot once, to the end."""
    with Run(tree, target, accel, {}, {"only": []} if bare else {}) as run:
        boot = run.start()
        boot.until_planned()
        boot.answer("all")
        boot.finish()
        if boot.cause or not boot.transcript.bye:
            raise UserError(
                f"{target.name}: a boot broke off, so nothing was measured: {boot.detail}: "
                f"'./avps run -t {target.name}' shows more"
            )
        if bool(boot.transcript.plan) == bare:
            raise UserError(
                f"{target.name}: the probe planned {len(boot.transcript.plan)} tests for a "
                f"{'bare boot' if bare else 'full run'}: is the image older than the runner? "
                "run 'make'"
            )
        return run.evidence().target, boot


def _is_built(tree: Tree, target: Target) -> bool:
    parts = {"kernel": tree.kernel, "initramfs": tree.initramfs}
    named = [parts[name] for name in parts if name in target.placeholders]
    try:
        for part in named:
            part(target.arch)
    except UserError:
        return False
    return bool(named)


def _spread(seconds: list[float]) -> dict[str, Any]:
    return {
        "median_s": round(median(seconds), 4),
        "least_s": min(seconds),
        "most_s": max(seconds),
        "each_s": seconds,
    }


def _words(seconds: list[float]) -> str:
    return f"{median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"

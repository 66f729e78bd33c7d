# SPDX-License-Identifier: GPL-2.0-or-later
"""Make the trace of a failed test readable: its lines in groups, and values in words.

The lines are the probe's (`probe/report/trace_text.c`) and stay as they are, names of registers
included; what this file knows beside is put after them.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from typing import Iterable

from avps.render.features import feature_name

_LINE = re.compile(r"\s*(?P<at>\d+) us  (?P<verb>\w+)\s+(?P<rest>.*)")
_ACCESS = re.compile(r"(?P<name>\S+(?: high)?)/\d+ (?:->|<-) (?P<value>0x[0-9a-f]+|\d+)")
_QUEUE = re.compile(r"queue (\d+)")

_STATUS = {"device_status", "Status"}
_SELECT = {"driver_feature_select", "DriverFeaturesSel", "device_feature_select"} | {
    "DeviceFeaturesSel"
}
_BITS = {"driver_feature", "DriverFeatures", "device_feature", "DeviceFeatures"}
# Accesses that belong to a request once it has begun: which queue, who notifies, why an interrupt.
_OF_REQUEST = {"queue_select", "QueueSel", "queue_notify_off", "QueueNotify", "isr_status"} | {
    *("InterruptStatus", "InterruptACK", "queue_size", "QueueSizeMax")
}
_NOTIFY = ("notify", "QueueNotify")
_STATUS_BITS = {
    **{1: "ACKNOWLEDGE", 2: "DRIVER", 4: "DRIVER_OK", 8: "FEATURES_OK"},
    **{0x40: "DEVICE_NEEDS_RESET", 0x80: "FAILED"},
}
_MOST_NAMES = 6
_TITLES = {
    "queues": "Set-up of queues and vectors",
    "config": "Device configuration",
    "bus": "Configuration space of the bus",
    "other": "Other accesses",
}


@dataclasses.dataclass(frozen=True)
class Step:
    """A line of the trace as the probe wrote it, and what its value means, if we know."""

    line: str
    note: str | None
    at: int | None  # microseconds since the first access
    verb: str
    name: str
    value: int | None


@dataclasses.dataclass(frozen=True)
class Group:
    """Steps that belong together."""

    kind: str
    steps: list[Step]

    @property
    def setup(self) -> bool:
        """Whether this is what every driver does before it gets to work."""
        return self.kind in ("start", "queues")

    @property
    def span(self) -> str:
        """When it happened: `923–1041 µs`."""
        times = [step.at for step in self.steps if step.at is not None]
        if not times:
            return ""
        return f"{times[0]}–{times[-1]} µs" if times[0] != times[-1] else f"{times[0]} µs"

    @property
    def title(self) -> str:
        """What it is, in words."""
        if self.kind == "start":
            return self._start
        if self.kind != "request":
            return _TITLES[self.kind]
        queues = dict.fromkeys(
            match[1]
            for step in self.steps
            if step.verb in ("desc", "used") and (match := _QUEUE.search(step.line))
        )
        where = f"Queue {', '.join(queues)}" if queues else "Queue"
        verbs = [_verb(step) for step in self.steps]
        told = [
            f"{verbs.count(verb)} {one if verbs.count(verb) == 1 else many}"
            for verb, one, many in (
                ("desc", "descriptor", "descriptors"),
                ("notify", "notification", "notifications"),
                ("irq", "interrupt", "interrupts"),
                ("used", "used buffer", "used buffers"),
            )
            if verb in verbs
        ]
        return f"{where}: {', '.join(told) or 'registers'}"

    @property
    def _start(self) -> str:
        reset = any(s.name in _STATUS and s.value == 0 and s.verb == "write" for s in self.steps)
        more = any(step.value for step in self.steps)
        if reset:
            return "Reset and negotiation" if more else "Reset"
        return "Negotiation" if more else "Status"


def groups(lines: Iterable[str], virtio_id: int | None) -> list[Group]:
    """Return the lines of a trace in order, in groups; `virtio_id` is the device's type, if known.

    A line that does not look like the probe's is kept like any other.
    """
    found: list[Group] = []
    for step in _steps(lines, virtio_id):
        kind = _kind(step, found[-1] if found else None)
        if not found or kind != found[-1].kind or _begins(step, found[-1]):
            found.append(Group(kind, []))
        found[-1].steps.append(step)
    return found


def _steps(lines: Iterable[str], virtio_id: int | None) -> Iterable[Step]:
    word = 0  # of 32 feature bits, by the last write of the selector
    for line in lines:
        match = _LINE.fullmatch(line)
        access = _ACCESS.fullmatch(match["rest"]) if match else None
        name, value = (access["name"], int(access["value"], 0)) if access else ("", None)
        note = None
        if name in _SELECT and value is not None:
            word = value
        elif name in _STATUS and value is not None:
            note = _status(value)
        elif name in _BITS and value is not None:
            note = _features(value, word, virtio_id)
        at = int(match["at"]) if match else None
        yield Step(line, note, at, match["verb"] if match else "", name, value)


def _status(value: int) -> str | None:
    if value == 0:
        return "reset"
    return ", ".join(word for bit, word in _STATUS_BITS.items() if value & bit) or None


def _features(value: int, word: int, virtio_id: int | None) -> str | None:
    bits = [bit for bit in range(32) if value >> bit & 1]
    if virtio_id is None or not bits or word > 3:
        return None
    names = [feature_name(virtio_id, 32 * word + bit) or f"bit {32 * word + bit}" for bit in bits]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(name.removeprefix("VIRTIO_") for name in names[:_MOST_NAMES]) + more


def _kind(step: Step, before: Group | None) -> str:
    """Return the group that a step belongs in, given the one before it."""
    in_request = before is not None and before.kind == "request"
    reading = step.verb == "read"
    if step.verb in ("desc", "used", "irq") or _verb(step) == "notify":
        return "request"
    if in_request and (step.name in _OF_REQUEST or reading and step.name in _STATUS):
        return "request"
    if step.name in _STATUS | _SELECT | _BITS:
        return "start"
    if step.name.startswith("pci+"):
        return "bus"
    if step.name.startswith(("config+", "config_generation", "ConfigGeneration")):
        return "config"
    if step.name.lower().startswith(("queue", "config_msix", "num_queues", "shm")):
        return "queues"
    return "other"


def _begins(step: Step, before: Group) -> bool:
    """Return whether a step starts a new group of the same kind: a new chain, another reset."""
    if before.kind == "request":
        done = any(earlier.verb != "desc" for earlier in before.steps)
        return step.verb == "desc" and done
    if before.kind == "start" and step.name in _STATUS and step.value == 0 and step.verb == "write":
        return any(earlier.name in _STATUS and earlier.value for earlier in before.steps)
    return False


def _verb(step: Step) -> str:
    if step.verb == "write" and step.name.startswith(_NOTIFY):
        return "notify"
    return step.verb


def flat(found: Iterable[Group]) -> list[str]:
    """Return the lines of all groups: just what went in."""
    return [step.line for step in itertools.chain.from_iterable(group.steps for group in found)]

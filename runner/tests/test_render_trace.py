# SPDX-License-Identifier: GPL-2.0-or-later
"""Traces: every line is kept, in groups, with what is known of its value."""

from __future__ import annotations

import pytest
from avps.render import sample, trace

BLOCK = 2


def test_no_line_is_lost_or_moved() -> None:
    strange = ["", "no trace at all", "   12 us  dance with me", *sample.TRACE, "\x1b[2J", "99 us"]
    assert trace.flat(trace.groups(strange, BLOCK)) == strange
    assert trace.groups([], BLOCK) == []


def test_accesses_fall_into_groups() -> None:
    found = trace.groups(sample.TRACE, BLOCK)
    assert [(group.title, len(group.steps)) for group in found] == [
        ("Reset and negotiation", 7),
        ("Set-up of queues and vectors", 4),
        ("Negotiation", 1),
        ("Device configuration", 1),
        ("Queue 0: 3 descriptors, 1 notification, 1 interrupt, 1 used buffer", 7),
        ("Queue 0: 1 descriptor, 1 notification, 1 interrupt, 1 used buffer", 4),
        ("Reset", 1),
    ]
    assert [group.setup for group in found] == [True, True, True, False, False, False, True]
    assert found[4].span == "923–1041 µs" and found[6].span == "1863 µs"


def test_registers_of_mmio_fall_into_the_same_groups() -> None:
    lines = [
        *("   0 us  write Status/32 <- 0", "   1 us  write Status/32 <- 0xf"),
        *("   2 us  write QueueSel/32 <- 0", "   3 us  write QueueDescLow/32 <- 0x10"),
        "   4 us  desc  queue 0 [0] addr 0x10 len 16 device-readable",
        *("   5 us  write QueueNotify/32 <- 0", "   6 us  irq   vector 0, 1 times"),
        *("   7 us  read  InterruptStatus/32 -> 0x1", "   8 us  write InterruptACK/32 <- 0x1"),
        *("   9 us  read  Status/32 -> 0xf", "  10 us  used  queue 0 buffer 0 len 1"),
        "  11 us  read  config+0/32 -> 0x1",
    ]
    kinds = [(group.kind, len(group.steps)) for group in trace.groups(lines, BLOCK)]
    assert kinds == [("start", 2), ("queues", 2), ("request", 7), ("config", 1)]


def test_a_second_reset_starts_a_new_group() -> None:
    lines = [f" {at} us  write device_status/8 <- {value}" for at, value in enumerate("0101")]
    assert [len(group.steps) for group in trace.groups(lines, BLOCK)] == [2, 2]


@pytest.mark.parametrize(
    "lines, note",
    [
        (["0 us  read  device_status/8 -> 0x4f"], "ACKNOWLEDGE, DRIVER, DRIVER_OK, FEATURES_OK, "),
        (["0 us  read  Status/32 -> 0x80"], "FAILED"),
        (["0 us  write device_status/8 <- 0"], "reset"),
        (["0 us  write driver_feature/32 <- 0x200"], "BLK_F_FLUSH"),
        (
            ["0 us  write DriverFeaturesSel/32 <- 1", "1 us  write DriverFeatures/32 <- 0x5"],
            "F_VERSION_1, F_RING_PACKED",
        ),
        (["0 us  write driver_feature/32 <- 0x80000000"], "bit 31"),
        (["0 us  write driver_feature/32 <- 0x6e64"], " and 2 more"),
        (["0 us  read  config+0/32 -> 0x1000"], None),
    ],
)
def test_values_are_said_in_words(lines: list[str], note: str | None) -> None:
    last = trace.groups(["  " + line for line in lines], BLOCK)[-1].steps[-1]
    assert last.note is None if note is None else last.note and note in last.note


def test_features_of_an_unknown_device_have_no_names() -> None:
    (group,) = trace.groups(["  0 us  write driver_feature/32 <- 0x200"], None)
    assert group.steps[0].note is None

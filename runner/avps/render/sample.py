# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports of made-up runs, to work on the templates and to test them.

`/usr/bin/python3 -m avps.render.sample DIR` (with `runner` in PYTHONPATH) writes one of each kind
below DIR. No real target behaved like this.
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any, Sequence

from avps.render import sample_profile, view, write_all
from avps.render.features import feature_name

BLOCK_FEATURES = [2, 4, 6, 9, 10, 11, 12, 13, 14, 28, 29, 32, 34, 40, 45]
DISK, READ_ONLY, NET, ENTROPY = (f"0000:00:0{slot}.0" for slot in range(2, 6))
EVERY = [DISK, READ_ONLY, NET, ENTROPY]
RINGS = ["split", "packed"]

# id, level, section, text in our words (None: nobody has put it so yet)
CLAUSES: dict[str, list[tuple[str, str, str, str | None]]] = {
    "core": [
        (
            "core-status-001",
            "MUST NOT",
            "2.1.2",
            "No buffer is used and no notification sent before DRIVER_OK is set.",
        ),
        (
            "core-status-002",
            "SHOULD",
            "2.1.2",
            "A device in an error that only a reset ends sets DEVICE_NEEDS_RESET.",
        ),
        (
            "core-features-001",
            "MUST NOT",
            "2.2.2",
            "A feature is offered only together with those it depends on.",
        ),
        (
            "core-features-002",
            "MUST",
            "2.2.2",
            "A set of features that the device cannot work with keeps FEATURES_OK from being set.",
        ),
        ("core-reset-001", "MUST", "2.4.1", "After a reset the status field reads 0."),
        (
            "core-config-001",
            "MUST",
            "2.5.2",
            "Configuration fields are readable before FEATURES_OK.",
        ),
        (
            "core-split-006",
            "MUST NOT",
            "2.7.5.1",
            "The descriptor table is never written by the device.",
        ),
        (
            "core-split-010",
            "SHOULD NOT",
            "2.7.7.2",
            "With notifications suppressed by flags, none is sent.",
        ),
        (
            "core-split-015",
            "MUST",
            "2.7.8.2",
            "The used length is in place before the used index moves on.",
        ),
        ("core-packed-006", "MUST NOT", "2.8.15", None),
        ("core-reserved-001", "MUST", "6.2", "VIRTIO_F_VERSION_1 is offered."),
        ("core-reserved-005", "MUST", "6.2", None),
    ],
    "pci": [
        ("pci-003", "MUST", "4.1.2.1", "The PCI vendor is 0x1af4."),
        (
            "pci-006",
            "SHOULD",
            "4.1.2.1",
            "A device without a legacy interface has a device number from 0x1040 to 0x107f.",
        ),
        ("pci-020", "MUST", "4.1.4.3.1", "There is at least one common configuration capability."),
        ("pci-026", "MUST", "4.1.4.3.1", "After a reset every queue reads as not enabled."),
        (
            "pci-033",
            "MUST",
            "4.1.4.3.1",
            "Without packed rings, a queue's size is 0 or a power of two.",
        ),
        (
            "pci-037",
            "MUST",
            "4.1.4.4.1",
            "The notification multiplier is 0 or an even power of two.",
        ),
        ("pci-048", "MUST", "4.1.4.5.1", "Reading the ISR status clears it."),
        ("pci-053", "MUST NOT", "4.1.4.8.1", None),
        ("pci-070", "MUST", "4.1.5.1.2.1", "A vector that was mapped to an event reads back."),
    ],
    "block": [
        (
            "blk-002",
            "MUST",
            "5.2.5.2",
            "A device with a switchable cache offers VIRTIO_BLK_F_FLUSH.",
        ),
        ("blk-004", "MUST", "5.2.5.2", "The unused bytes of the configuration read 0."),
        (
            "blk-024",
            "MUST",
            "5.2.6.2",
            "A write to a read-only disk ends with IOERR and changes nothing.",
        ),
        (
            "blk-025",
            "MUST",
            "5.2.6.2",
            "A discard or write-zeroes request with an unknown flag ends with UNSUPP.",
        ),
        (
            "blk-029",
            "MUST",
            "5.2.6.2",
            "A range that was written with zeroes reads back as zeroes.",
        ),
        (
            "blk-032",
            "MUST",
            "5.2.6.2",
            "A stable write is on the medium before it is reported as done.",
        ),
        ("blk-038", "MUST", "5.2.6.2", None),
        ("blk-048", "MUST", "5.2.6.2", None),
    ],
    "entropy": [
        ("entropy-001", "MUST", "5.4.6.2", "Each buffer comes back with one random byte or more.")
    ],
}

# test, clauses, devices
TESTS: list[tuple[str, list[str], list[str]]] = [
    ("core.status_reads_zero_after_reset", ["core-reset-001"], EVERY),
    (
        "core.features_come_with_their_dependencies",
        ["core-features-001", "core-reserved-001"],
        EVERY,
    ),
    ("core.impossible_features_are_refused", ["core-features-002"], EVERY),
    ("core.config_readable_before_features_ok", ["core-config-001"], EVERY),
    ("core.nothing_used_before_driver_ok", ["core-status-001"], EVERY),
    ("core.descriptor_table_stays_as_it_was", ["core-split-006"], [DISK, READ_ONLY, ENTROPY]),
    ("core.suppressed_notification_is_not_sent", ["core-split-010"], [DISK, READ_ONLY, ENTROPY]),
    ("pci.identity", ["pci-003", "pci-006"], EVERY),
    ("pci.capabilities_are_complete", ["pci-020"], EVERY),
    ("pci.queues_disabled_after_reset", ["pci-026"], EVERY),
    ("pci.queue_size_is_a_power_of_two", ["pci-033"], EVERY),
    ("pci.notify_multiplier", ["pci-037"], EVERY),
    ("pci.vector_reads_back", ["pci-070"], EVERY),
    ("pci.isr_clears_on_read", ["pci-048"], EVERY),
    ("block.flush_offered_with_config_wce", ["blk-002"], [DISK, READ_ONLY]),
    ("block.unused_config_bytes_are_zero", ["blk-004"], [DISK, READ_ONLY]),
    ("block.write_to_read_only_disk", ["blk-024"], [DISK, READ_ONLY]),
    ("block.unknown_flag_is_unsupported", ["blk-025"], [DISK, READ_ONLY]),
    ("block.write_zeroes_reads_back_zero", ["blk-029"], [DISK, READ_ONLY]),
    ("entropy.gives_bytes", ["entropy-001"], [ENTROPY]),
]
ROLES = {
    **{"MUST": "decides", "MUST NOT": "decides", "MAY": "permission"},
    **{"SHOULD": "advice", "SHOULD NOT": "advice"},
}
NO_RING = {"core.status_reads_zero_after_reset", "core.features_come_with_their_dependencies"}
# name, median, 99th percentile, the greatest; each once a ring
FIGURES = {
    DISK: [
        ("read latency", 117, 214, 260),
        ("write latency", 131, 287, 412),
        ("flush latency", 1390, 8200, 10457),
    ],
    READ_ONLY: [("read latency", 109, 180, 197)],
}
# As the probe writes it.
TRACE = [
    *("       0 us  write device_status/8 <- 0", "      91 us  read  device_status/8 -> 0"),
    *(
        "      98 us  write device_status/8 <- 0x3",
        "     104 us  write driver_feature_select/32 <- 0",
    ),
    "     104 us  write driver_feature/32 <- 0x6e44",
    *("     106 us  write device_status/8 <- 0xb", "     107 us  read  device_status/8 -> 0xb"),
    *("     108 us  write queue_select/16 <- 0", "     109 us  read  queue_size/16 -> 0x100"),
    *("     305 us  write queue_desc/32 <- 0x2000000", "     765 us  write queue_enable/16 <- 0x1"),
    *("     769 us  write device_status/8 <- 0xf", "     841 us  read  config+0/32 -> 0x1000"),
    "     923 us  desc  queue 0 [0] addr 0x2001a28 len 16 device-readable next",
    "     923 us  desc  queue 0 [1] addr 0x2001a10 len 20 device-writable next",
    "     924 us  desc  queue 0 [2] addr 0x2001a38 len 1 device-writable",
    *("     926 us  read  queue_notify_off/16 -> 0", "     927 us  write notify+0/16 <- 0"),
    *("    1038 us  irq   vector 1, 1 times", "    1041 us  used  queue 0 buffer 0 len 21"),
    "    1081 us  desc  queue 0 [0] addr 0x2001a50 len 16 device-readable",
    *("    1084 us  write notify+0/16 <- 0", "    1144 us  irq   vector 1, 1 times"),
    *("    1145 us  used  queue 0 buffer 0 len 0", "    1863 us  write device_status/8 <- 0"),
]
COMMAND = [
    *(
        "qemu-system-x86_64",
        "-M",
        "q35",
        "-accel",
        "tcg",
        "-m",
        "96",
        "-kernel",
        "build/image/vmlinuz",
    ),
    *(
        "-append",
        "console=ttyS0 avps.stream=ttyS1",
        "-drive",
        "file=disk.img,if=none,id=disk,format=raw",
    ),
    *("-device", "virtio-blk-pci,drive=disk,disable-legacy=on,packed=on", "-nographic"),
]


def conformant() -> dict[str, Any]:
    """Return a complete report in which nothing judged is broken."""
    report: dict[str, Any] = {
        "schema": "avps-report/1",
        "run": {
            **{
                "id": "20260301-221507-qemu-q35",
                "started": "2026-03-01T22:15:07+01:00",
                "duration_s": 3.84,
            },
            **{"boots": 1, "complete": True, "nonce": "9f3c61d2a07be418", "cause": None},
            **{"probe": "0.1.0", "kernel": "6.1.158"},
        },
        "target": {
            **{"name": "qemu-q35", "description": "QEMU's PC with PCI Express", "vmm": "QEMU"},
            **{"version": "7.2.19", "arch": "x86_64", "accel": "tcg", "command": COMMAND},
        },
        "profile": {
            **{"name": "virtio", "title": "VIRTIO, all sentences", "virtio": "1.4"},
            **{"note": None, "chapters": []},
        },
        "summary": {},
        "devices": [
            _device(DISK, "block", 2, BLOCK_FEATURES, 4),
            _device(READ_ONLY, "block", 2, [5, *BLOCK_FEATURES], 4),
            _device(NET, "net", 1, [0, 1, 5, 10, 11, 15, 16, 17, 28, 29, 32, 34], 3),
            _device(ENTROPY, "entropy", 4, [28, 29, 32, 34], 1),
        ],
        "figures": [
            _figure(device, ring, *figure)
            for device, figures in FIGURES.items()
            for ring in RINGS
            for figure in figures
        ],
        "results": [_result(test, device, ring) for test, device, ring in _plan()],
        "clauses": [],
        "requirements": [],
        "statement": None,
        "waivers": [],
        "console_tail": [],
    }
    skip(report, "block.write_to_read_only_disk", DISK, "absent", "the disk is writable")
    skip(report, "block.write_zeroes_reads_back_zero", READ_ONLY, "absent", "the disk is read-only")
    for device in EVERY:
        skip(
            report,
            "pci.isr_clears_on_read",
            device,
            "launch",
            "the target starts its devices with MSI-X only",
        )
    return settled(report)


def non_conformant() -> dict[str, Any]:
    """Return a report with failures: on all devices, on one, and different ones by device."""
    report = conformant()
    for device in EVERY:
        fail(
            report,
            "pci.notify_multiplier",
            device,
            "pci-037",
            "0, or a power of two",
            "notify_off_multiplier = 3",
        )
    fail(
        *(report, "block.write_to_read_only_disk", READ_ONLY, "blk-024"),
        *(
            "status VIRTIO_BLK_S_IOERR (1)",
            "status VIRTIO_BLK_S_OK (0)\nsector 8 changed at byte 0: 0x00 is now 0xa5",
        ),
    )
    for device, count in (DISK, 7), (ENTROPY, 31):
        seen = f"{count} interrupts between two fences"
        fail(
            report,
            "core.suppressed_notification_is_not_sent",
            device,
            "core-split-010",
            "no interrupt",
            seen,
        )
    return settled(report)


def incomplete() -> dict[str, Any]:
    """Return a report of a run whose guest died in mid-test."""
    report = conformant()
    died = "block.unknown_flag_is_unsupported"
    results = report["results"]
    culprit = next(i for i, r in enumerate(results) if r["test"] == died)
    _set(results[culprit], "MISS", "vmm-exited", "QEMU exited with status 1 while this test ran")
    for result in results[culprit + 1 :]:
        _set(
            result,
            "MISS",
            "not-reached",
            "QEMU exited with status 1 before this test began, in " + died,
        )
    cause = f"vmm-exited: QEMU exited with status 1, while {died}[{DISK}-split] ran"
    report["run"].update(complete=False, cause=cause, boots=1)
    report["console_tail"] = [
        "[    0.412337] vfio-pci 0000:00:02.0: vfio_bar_restore: reset recovery - restoring BARs",
        "[    0.998101] BUG: unable to handle page fault for address: ffffc90000345000",
        "[    0.998466] #PF: supervisor read access in kernel mode",
        "[    1.002114] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009",
    ]
    return settled(report)


def fail(
    report: dict[str, Any], test: str, device: str, clause: str, expected: str, seen: str
) -> None:
    """Make results of `test` on `device` FAIL with one broken clause; then call `settled`."""
    for result in _of(report, test, device):
        _set(result, "FAIL", None, None)
        where = f"{result['source'].split(':')[0]}:58"
        failure = {"clause": clause, "expected": expected, "seen": seen, "where": where}
        result["failures"] = [failure]
        result["clauses"] = {clause: "FAIL"}
        result["checks"] = 1
        result["trace"] = list(TRACE)
        result["trace_lost"] = 112


def skip(report: dict[str, Any], test: str, device: str, reason: str, message: str) -> None:
    """Make the results of `test` on `device` SKIP. Then call `settled`."""
    for result in _of(report, test, device):
        _set(result, "SKIP", reason, message)


def settled(report: dict[str, Any]) -> dict[str, Any]:
    """Return `report` with clauses and summary worked out from its results."""
    report["clauses"] = [
        _clause(suite, entry, report["results"])
        for suite, group in CLAUSES.items()
        for entry in group
    ]
    tests = view.tally(report["results"], view.TEST_VERDICTS)
    verdict = "non-conformant" if tests["FAIL"] else "conformant"
    verdict = verdict if report["run"]["complete"] else "incomplete"
    every = len(report["results"])
    report["summary"] = {
        **{"verdict": verdict, "headline": verdict, "waivers": 0},
        "selected": {"tests": every, "of": every},
        "tests": tests,
        "clauses": view.tally(report["clauses"], view.CLAUSE_VERDICTS),
        "requirements": {},
    }
    return report


def with_requirements(report: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of `report` that was measured against a profile, without a statement."""
    return sample_profile.measured(report)


def certificate() -> dict[str, Any]:
    """Return a report with all that a certification page can show: statement, waivers, the lot."""
    return sample_profile.certified(non_conformant())


def _plan() -> list[tuple[str, str, str | None]]:
    return [
        (test, device, ring)
        for test, _, devices in TESTS
        for device in devices
        for ring in _rings(test)
    ]


def _rings(test: str) -> Sequence[str | None]:
    if test in NO_RING or test.startswith("pci."):
        return [None]
    return RINGS


def _device(name: str, kind: str, number: int, bits: list[int], queues: int) -> dict[str, Any]:
    ids = {"vendor": 0x1AF4, "device": 0x1040 + number, "revision": 1}
    return {
        **{"id": name, "type": kind, "virtio_id": number, "transport": "pci", "rings": RINGS},
        "features": [{"bit": bit, "name": feature_name(number, bit)} for bit in sorted(bits)],
        "queues": [{"index": index, "size": 256} for index in range(queues)],
        **{"interrupts": "msix", "vectors": queues + 1, "problem": None},
        "bus": {**ids, "subsystem_vendor": 0x1AF4, "subsystem": 0x1100},
    }


def _figure(device: str, ring: str, name: str, median: int, p99: int, most: int) -> dict[str, Any]:
    return {
        **{"test": f"block.{name.split()[0]}s_one_at_a_time", "device": device, "ring": ring},
        **{"name": name, "unit": "us", "median": median, "p99": p99, "most": most, "count": 100},
    }


def _result(test: str, device: str, ring: str | None) -> dict[str, Any]:
    suite, name = test.split(".")
    clauses = next(ids for known, ids, _ in TESTS if known == test)
    words = " and ".join(filter(None, [name, device.replace(":", "_"), ring]))
    return {
        **{"test": test, "device": device, "ring": ring, "verdict": "PASS", "reason": None},
        **{"message": None, "waived": False, "duration_ms": 1.4, "checks": 2 * len(clauses)},
        **{"clauses": {clause: "PASS" for clause in clauses}, "failures": [], "trace": []},
        **{"trace_lost": 0, "source": f"suite/{suite}/{name.split('_')[0]}.c:41"},
        "reproduce": f"./avps run -t qemu-q35 -k '{words}'",
    }


def _of(report: dict[str, Any], test: str, device: str) -> list[dict[str, Any]]:
    return [r for r in report["results"] if r["test"] == test and r["device"] == device]


def _set(result: dict[str, Any], verdict: str, reason: str | None, message: str | None) -> None:
    result.update(verdict=verdict, reason=reason, message=message, clauses={}, checks=0)


def _clause(
    suite: str, entry: tuple[str, str, str, str | None], results: list[dict[str, Any]]
) -> dict[str, Any]:
    name, level, section, text = entry
    tests = [test for test, clauses, _ in TESTS if name in clauses]
    judged = {r["clauses"][name] for r in results if name in r["clauses"]}
    missed = any(r["verdict"] == "MISS" for r in results if r["test"] in tests)
    verdict, why = "NOT-TESTED", "no test judges it yet"
    if judged:
        verdict, why = ("FAIL" if "FAIL" in judged else "PASS"), ""
    elif missed:
        verdict, why = "INCONCLUSIVE", "its test gave no result"
    elif tests:
        verdict, why = "NOT-APPLICABLE", "its tests were skipped on every device"
    return {
        **{"id": name, "level": level, "section": section, "target": suite, "text": text},
        **{"since": "1.1", "verdict": verdict, "why": why or None, "tests": tests},
        **{"waived": False, "role": ROLES[level]},
    }


def main(out: pathlib.Path) -> None:
    """Write each kind of report into a directory of its name below `out`."""
    kinds = {make.__name__: with_requirements(make()) for make in (non_conformant, incomplete)}
    kinds |= {"conformant": conformant(), "certificate": certificate()}
    for name, report in kinds.items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        write_all(report, folder)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))

# SPDX-License-Identifier: GPL-2.0-or-later
"""report.html: it tells everything, lets nothing out, and lets nothing in."""

from __future__ import annotations

import collections
import html.parser
import math
import pathlib
import re
from typing import Any, Callable

import pytest
from avps.render import sample, view, words, write_all
from avps.render.html import render_html

KINDS = [sample.conformant, sample.non_conformant, sample.incomplete, sample.certificate]
SCRIPT = "<script>alert(1)</script>"


class Page(html.parser.HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, text: str) -> None:
        """Read `text`."""
        super().__init__()
        self.tags: collections.Counter[str] = collections.Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.ids: collections.Counter[str] = collections.Counter()
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.text = "".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element."""
        self.tags[tag] += 1
        self.open.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids[value or ""] += 1

    def handle_endtag(self, tag: str) -> None:
        """Close an element, with those inside that close by themselves."""
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep text that a reader sees."""
        if not {"script", "style"} & set(self.open[-1:]):
            self.words.append(data)


@pytest.mark.parametrize("make", KINDS)
def test_nothing_comes_from_elsewhere(make: Callable[[], dict[str, Any]]) -> None:
    report = make()
    for waiver in report["waivers"]:
        waiver["link"] = "issue 17"  # an address may be followed, see test_render_certificate.py
    text = render_html(report)
    read = Page(text)
    assert not re.search(r"url\(|@import|https?://", text)
    assert not [a for a in read.attributes if a[1] in ("src", "srcset", "action", "data", "style")]
    links = [value for _, name, value in read.attributes if name in ("href", "xlink:href")]
    assert links and all(link.startswith("#") for link in links)
    assert not {"link", "img", "iframe", "object", "embed", "base"} & set(read.tags)


@pytest.mark.parametrize("make", KINDS)
def test_links_lead_somewhere_and_ids_are_unique(make: Callable[[], dict[str, Any]]) -> None:
    read = Page(render_html(sample.with_requirements(make())))
    assert [name for name, count in read.ids.items() if count > 1] == []
    links = {value for _, name, value in read.attributes if name == "href"}
    targets = {link[1:] for link in links if link.startswith("#")}
    assert targets - set(read.ids) == set()


@pytest.mark.parametrize("make", KINDS)
def test_the_outcome_comes_first(make: Callable[[], dict[str, Any]]) -> None:
    report = make()
    text = Page(render_html(report)).text
    start = text[text.index(" report · ") :][:1500]
    assert words.TITLES[report["summary"]["verdict"]] in start[:300]
    assert report["summary"]["headline"] in start[:300]
    assert "QEMU 7.2.19" in start
    for sentence in words.sentences(report):
        assert sentence in start


def test_each_failure_is_told() -> None:
    report = sample.non_conformant()
    text = Page(render_html(report)).text
    texts = {clause["id"]: clause["text"] for clause in report["clauses"]}
    failed = [result for result in report["results"] if result["verdict"] == "FAIL"]
    assert len(failed) == 10
    for result in failed:
        assert result["reproduce"] in text
        at = 0
        for line in result["trace"]:
            at = text.index(line, at) + 1
        for failure in result["failures"]:
            for part in (*failure.values(), texts[failure["clause"]]):
                assert part in text
    for result in report["results"]:
        if result["verdict"] == "SKIP":
            assert result["message"] in text and result["reason"] in text


def test_equal_failures_are_told_once() -> None:
    report = sample.non_conformant()
    text = Page(render_html(report)).text
    assert text.count("notify_off_multiplier = 3") == 1  # on four devices
    assert text.count("31 interrupts between two fences") == 1  # on two rings
    assert text.count("7 interrupts between two fences") == 1  # on two rings of another device
    (found,) = [f for f in view.findings(report["results"], "FAIL") if f.test.startswith("pci.")]
    assert (found.count, found.ran, len(found.cases)) == (4, 4, 1)


def test_mandatory_failures_come_before_advice() -> None:
    text = render_html(sample.non_conformant())
    order = re.findall(r'<article class="finding FAIL" id="FAIL-([^"]+)"', text)
    assert order == [
        "pci.notify_multiplier",
        "block.write_to_read_only_disk",
        "core.suppressed_notification_is_not_sent",
    ]


def test_a_check_that_failed_often_is_counted_and_its_message_not_repeated() -> None:
    report = sample.non_conformant()
    for result in report["results"]:
        if result["test"] == "pci.notify_multiplier":
            (failure,) = result["failures"]
            result["failures"] = [failure] * 3
            result["message"] = f"expected {failure['expected']}, seen {failure['seen']}"
    text = Page(render_html(report)).text
    assert text.count("notify_off_multiplier = 3") == 1
    assert "3 times" in text


def test_every_clause_and_every_result_has_its_place() -> None:
    report = sample.with_requirements(sample.incomplete())
    text = render_html(report)
    for clause in report["clauses"]:
        assert f'id="c-{clause["id"]}"' in text
    grid = text[text.index('<section id="tests"') : text.index('<section id="environment"')]
    for verdict, count in report["summary"]["tests"].items():
        assert len(re.findall(f'<b class="v {verdict}">', grid)) == count
    clauses = text[text.index('<section id="clauses"') :].split("</section>")[0]
    for verdict, count in report["summary"]["clauses"].items():
        assert len(re.findall(f'<b class="v {verdict}">', clauses)) == count


def test_an_incomplete_run_shows_cause_culprit_and_console() -> None:
    report = sample.incomplete()
    text = render_html(report)
    read = Page(text).text
    assert report["run"]["cause"] in read
    assert "\n".join(report["console_tail"]) in read
    assert 'id="MISS-block.unknown_flag_is_unsupported"' in text
    assert (
        text.count('class="finding MISS"') == 1
    )  # those that never had a turn are listed in short
    assert 'id="console"' not in render_html(sample.conformant())


def test_advice_alone_is_said_to_be_advice() -> None:
    report = sample.conformant()
    sample.fail(
        *(report, "core.suppressed_notification_is_not_sent", sample.DISK),
        *("core-split-010", "no interrupt", "2 interrupts"),
    )
    sample.settled(report)
    report["summary"]["verdict"] = "conformant"
    assert "none of them is mandatory" in " ".join(words.sentences(report))


def test_figures_are_told_and_said_to_judge_nothing() -> None:
    report = sample.conformant()
    text = " ".join(Page(render_html(report)).text.split())
    assert len(report["figures"]) == 8
    for one in report["figures"]:
        numbers = [f"{one[key]:,} µs" for key in ("median", "p99", "most")]
        row = " ".join([one["device"], one["ring"], one["name"], *numbers, "100"])
        assert row in text
    assert "Nothing is judged by it" in text
    assert "This target is emulated: its figures say nothing about hardware." in text
    report["target"]["accel"] = "kvm"
    assert "This target is emulated" not in Page(render_html(report)).text
    report["figures"] = []
    assert not {"figures", "h-figures"} & set(Page(render_html(report)).ids)


def test_an_unknown_feature_bit_keeps_its_number() -> None:
    text = Page(render_html(sample.conformant())).text
    assert "VIRTIO_BLK_F_WRITE_ZEROES" in text
    assert re.search(r"45\s+not known", text)


def _poison(node: Any, word: str) -> Any:
    """Put `word` after every free text of a report; codes and names that the runner makes stay."""
    free = {"expected", "seen", "message", "problem", "kernel", "version", "cause", "why", "text"}
    free |= {"title", "note", "vendor", "contact", "condition", "headline", "file", "unit"}
    if isinstance(node, dict):
        poisoned = {
            key: value + word if key in free and isinstance(value, str) else _poison(value, word)
            for key, value in node.items()
        }
        return {**poisoned, word: word} if "subsystem" in node else poisoned
    if isinstance(node, list):
        return [
            item + word if isinstance(item, str) and " " in item else _poison(item, word)
            for item in node
        ]
    return node


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize(
    "word",
    [
        SCRIPT,
        "</pre></script>" + SCRIPT,
        '"><img src=x onerror=alert(1)>',
        "' onload='x",
        "{{ 7 * 6 }}",
    ],
)
def test_markup_from_a_device_stays_text(make: Callable[[], dict[str, Any]], word: str) -> None:
    report = make()
    before, after = (Page(render_html(_poison(report, one))) for one in ("harmless", word))
    assert word in after.text
    assert after.tags == before.tags + collections.Counter()
    assert after.tags["script"] == 1


@pytest.mark.parametrize(
    "char, shown",
    [
        ("\x00", "\\x00"),
        ("\x1b", "\\x1b"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\ud800", "\\ud800"),
    ],
)
def test_characters_that_hide_are_shown(char: str, shown: str, tmp_path: pathlib.Path) -> None:
    report = _poison(sample.incomplete(), f"<{char}>")
    report["devices"][0]["id"] += char
    write_all(report, tmp_path)  # what has no encoding could not be written
    for name in ("report.html", "report.ktap"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert char not in text and shown in text


def test_endless_lines_are_cut() -> None:
    report = sample.incomplete()
    report["console_tail"] = ["x" * 10_000_000]
    text = render_html(report)
    assert len(text) < 200_000
    assert "9996000 more characters" in text


def test_the_policy_admits_only_our_own_script_and_style() -> None:
    read = Page(render_html(sample.conformant()))
    (policy,) = [v for _, name, v in read.attributes if name == "content" and "default-src" in v]
    assert policy.startswith("default-src 'none'; ")
    assert len(re.findall(r"'sha256-[A-Za-z0-9+/]{43}='", policy)) == 2
    assert "unsafe" not in policy


def test_a_thousand_results_stay_small() -> None:
    """What grows is a cell a result; texts are told once, however many results share them."""
    report = sample.non_conformant()
    count = len(report["results"])
    small = render_html(report)
    clones = []
    for number in range(10):
        for result in report["results"]:
            clones.append({**result, "test": f"{result['test']}_{number}", "trace": []})
    report["results"] = clones
    large = render_html(report)
    assert len(clones) == 10 * count
    assert len(large) - len(small) < 10 * count * 700


def test_no_devices_no_results_still_make_a_page() -> None:
    report = sample.incomplete()
    report["devices"], report["results"] = [], []
    report["target"]["version"] = report["run"]["kernel"] = report["run"]["probe"] = None
    text = Page(render_html(sample.settled(report))).text
    assert "Nothing was judged" in text and "The probe reported no device." in text


def test_colours_have_contrast() -> None:
    """WCAG AA: 4.5 to 1 for every text colour on the grounds it stands on, in each scheme."""
    style = render_html(sample.conformant())
    schemes = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert len(schemes) == 3  # light, dark, paper
    for scheme in schemes:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", scheme))
        for ground in ("ground", "panel", "fail-ground", "note-ground"):
            for text in ("text", "dim", "link", "pass", "fail", "miss", "error", "none"):
                assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (
        p / 12.92 if p <= 0.04045 else math.pow((p + 0.055) / 1.055, 2.4) for p in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

# SPDX-License-Identifier: GPL-2.0-or-later
"""The certification page: what was required, shown and left open, and by whose word."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
from typing import Any

import pytest
from avps.render import certificate, sample, words
from avps.render.html import render_html

RUNNER = pathlib.Path(__file__).resolve().parents[1]
TAGS = re.compile(r"<title>[^<]*</title>|<[^>]+>")


def part(text: str, id_: str) -> str:
    """Return the markup of the section of that id."""
    return text[text.index(f'<section id="{id_}"') :].split("</section>")[0]


def read(markup: str) -> str:
    """Return what a reader sees of markup, white space made even."""
    text = TAGS.sub(" ", markup)
    for escaped, char in (("&#39;", "'"), ("&#34;", '"'), ("&lt;", "<"), ("&amp;", "&")):
        text = text.replace(escaped, char)
    return " ".join(text.split())


def row(text: str, id_: str) -> str:
    """Return the markup of the row of that id."""
    return text[text.index(f'<tr id="{id_}"') :].split("</tr>")[0]


def head(report: dict[str, Any]) -> str:
    """Return what stands above the contents."""
    text = render_html(report)
    return read(text[text.index('id="certificate"') : text.index("<nav")])


def test_the_page_says_what_was_certified_and_how_to_check_it() -> None:
    report = sample.certificate()
    said = head(report)
    product = report["statement"]["product"]
    for fact in (
        *product.values(),
        *(report["statement"]["contact"], report["target"]["name"], "QEMU 7.2.19"),
        *(report["profile"]["title"], report["profile"]["note"], report["summary"]["headline"]),
        *(report["run"]["id"], report["run"]["nonce"], "2026-03-01 22:15:07+01:00"),
        *("Certification report", "binds VIRTIO 1.1", "./avps verify DIR"),
    ):
        assert fact in said
    assert "no statement" not in said


def test_the_sentences_count_what_is_waived_and_what_decides() -> None:
    said = head(sample.certificate())
    assert "Of 7 requirements that decide under avps-2.0: 3 kept, 3 broken (1 waived), 1" in said
    assert "5 more are advice or shown for information." in said
    assert "QEMU 7.2.19 breaks 3 of the 21 rules of VIRTIO" in said
    assert "2 that decide, 1 that are advice." in said


def test_without_a_statement_the_page_says_so() -> None:
    report = sample.with_requirements(sample.non_conformant())
    assert "no statement: the vendor has declared nothing" in head(report)
    assert "No statement was given" in read(part(render_html(report), "statement"))


def test_without_a_profile_there_is_no_certificate_and_no_requirement() -> None:
    report = sample.conformant()
    text = render_html(report)
    assert "Conformance report · all sentences of VIRTIO 1.4, no profile" in head(report)
    assert "Certification" not in text and 'id="requirements"' not in text
    assert "None was given" in read(part(text, "waivers"))


def test_selected_tests_give_no_certificate() -> None:
    report = sample.certificate()
    assert "No certificate" not in head(report)
    report["summary"]["selected"]["tests"] = 7
    said = head(report)
    every = report["summary"]["selected"]["of"]
    assert f"No certificate: 7 of {every} tests were selected for this run." in said
    assert said.startswith('id="certificate"> Conformance report')


@pytest.mark.parametrize("waivers, title", [(0, ""), (1, " with 1 waiver"), (2, " with 2 waivers")])
def test_the_title_counts_waivers(waivers: int, title: str) -> None:
    report = sample.conformant()
    report["summary"]["waivers"] = waivers
    assert words.title(report) == f"Conformant{title}"
    report["summary"]["verdict"] = "non-conformant"
    assert words.title(report) == "Not conformant"


def test_each_requirement_has_a_row_under_its_chapter() -> None:
    report = sample.certificate()
    text = render_html(report)
    table = part(text, "requirements")
    at = 0
    for chapter in certificate.chapters(report):
        at = table.index(f'id="s-{chapter.section}"', at)
        for one in chapter.requirements:
            at = table.index(f'id="r-{one["id"]}"', at)
            said = read(row(text, f"r-{one['id']}"))
            for key in ("level", "provenance", "weight", "text", "why", "condition", "note"):
                assert not one[key] or one[key] in said, (one["id"], key)
            assert said.split(one["id"])[0].strip().startswith(one["verdict"].replace("-", " "))
            if one["status"] != "firm":
                assert f"{one['level']} {one['status']} {one['weight']}" in said
            assert ("waived" in said) == one["waived"]
            assert all(part_["part"] in said for part_ in one["parts"])
            assert all(f'href="#c-{id_}"' in row(text, f"r-{one['id']}") for id_ in one["clauses"])
    assert len(re.findall(r'<tr id="r-', table)) == len(report["requirements"])


def test_chapters_come_in_the_order_of_the_profile_and_none_is_lost() -> None:
    report = sample.certificate()
    report["requirements"].reverse()
    report["requirements"][0]["section"] = "9.9"
    found = certificate.chapters(report)
    assert [one.section for one in found] == [
        *("2.5.1", "2.6.1", "2.7.1", "2.9", "2.12.1", "2.19.1", "9.9")
    ]
    assert [one.above for one in found[:2]] == ["General system", "Storage"]
    assert 'id="s-9.9"' in render_html(report)


def test_coverage_of_a_chapter_is_that_of_what_decides() -> None:
    report = sample.certificate()
    by_section = {one.section: one for one in certificate.chapters(report)}
    blocks = by_section["2.6.1"]
    assert blocks.judged == blocks.requirements[0]["judged"]
    assert blocks.counts["FAIL"] == 2 and sum(blocks.counts.values()) == 3
    assert by_section["2.12.1"].judged is None  # nothing decides
    shown = blocks.requirements[3]
    assert shown["weight"] == "shown"
    shown.update(verdict="PASS", judged={"deciding": 99, "judged": 99})
    assert blocks.judged == blocks.requirements[0]["judged"]
    blocks.requirements[0]["verdict"] = "NOT-APPLICABLE"
    assert blocks.judged == {"deciding": 1, "judged": 1}
    chart = read(part(render_html(report), "charts"))
    assert "2.19.2 Trusted execution 1 NOT TESTED no clause" in chart
    assert "3 chapters in which nothing decides: 2.5.1 Booting of guests" in chart


def test_charts_say_in_words_what_they_show() -> None:
    report = sample.certificate()
    chart = part(render_html(report), "charts")
    pictures = re.findall(r"<svg[^>]*>", chart)
    assert pictures and all('aria-hidden="true"' in one for one in pictures)
    said = read(chart)
    assert "block 0000:00:02.0 PASS 23 FAIL 3 SKIP 3" in said
    assert "2.7.1 Standard networks" in said and "7 of 9" in said


def test_provenance_is_explained_and_stands_beside_each_verdict() -> None:
    report = sample.certificate()
    table = part(render_html(report), "requirements")
    for word in {one["provenance"] for one in report["requirements"]}:
        count = sum(one["provenance"] == word for one in report["requirements"])
        assert table.count(f'<b class="prov {word}">') == count + 1  # and once in the legend
        assert certificate.PROVENANCE[word] in read(table)


def test_what_is_not_tested_is_listed_with_its_reason() -> None:
    report = sample.with_requirements(sample.incomplete())
    section = part(render_html(report), "open")
    listed = re.findall(r'href="#r-([^"]+)"', section)
    left = [
        one for one in report["requirements"] if one["verdict"] in ("NOT-TESTED", "INCONCLUSIVE")
    ]
    assert sorted(listed) == sorted(one["id"] for one in left) and len(left) >= 4
    weights = [one["weight"] for one in certificate.left_open(report)]
    assert weights == sorted(weights, key=["decides", "advice", "shown"].index)
    for one in left:
        assert one["why"] is None or one["why"] in read(section)
    expected = {
        clause["id"]
        for clause in report["clauses"]
        if clause["role"] == "decides" and clause["verdict"] in ("NOT-TESTED", "INCONCLUSIVE")
    }
    assert set(re.findall(r'href="#c-([^"]+)"', section)) == expected
    assert "blk-032" not in expected  # newer than what the profile binds


def test_nothing_left_open_is_said_too() -> None:
    report = sample.conformant()
    for clause in report["clauses"]:
        clause["verdict"] = "PASS"
    assert "all that applies was judged" in part(render_html(report), "open")


def test_waivers_stand_with_state_reason_and_what_they_excuse() -> None:
    report = sample.certificate()
    text = render_html(report)
    used, other = (row(text, f"w-{number}") for number in (1, 2))
    for word in ("used", "2026-12-31", "Mended in the next release.", "on qemu-q35"):
        assert word in read(used)
    assert 'href="#c-blk-024"' in used and 'href="#r-AVPS-BLK-3"' in used
    assert "for another target" in read(other) and 'href="#t-pci.notify_multiplier"' in other
    # What is excused stays a FAIL, and is marked wherever it stands.
    for place in ("r-AVPS-BLK-3", "c-blk-024"):
        assert read(row(text, place).split("</td>")[0]).endswith("FAIL waived")
    assert "FAIL waived" in read(
        text[text.index('id="FAIL-block.write_to_read_only_disk"') :][:600]
    )
    assert "FAIL waived" not in read(row(text, "c-pci-037"))


@pytest.mark.parametrize("state", ["unused", "expired", "not-selected"])
def test_a_waiver_that_is_in_error_is_seen(state: str) -> None:
    report = sample.certificate()
    report["waivers"][0].update(state=state, excuses=[])
    assert certificate.WAIVER_STATE[state] in read(row(render_html(report), "w-1"))


@pytest.mark.parametrize(
    "link, followed",
    [
        ("https://issues.example/17", True),
        ("http://issues.example/17?a=b&c=d", True),
        ("javascript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ('https://x" onclick="alert(1)', False),
        ("issue 17", False),
    ],
)
def test_only_an_address_of_the_web_becomes_a_link(link: str, followed: bool) -> None:
    report = sample.certificate()
    report["waivers"][0]["link"] = link
    found = row(render_html(report), "w-1")
    assert (' rel="noopener noreferrer external"' in found) == followed
    assert link in read(found) or "<script>" in link
    assert "onclick" not in re.sub(r">[^<]*<", "><", found)
    assert all(one.startswith(("#", "http")) for one in re.findall(r'href="([^"]*)"', found))


def test_the_statement_shows_claims_answers_and_findings() -> None:
    report = sample.certificate()
    said = read(part(render_html(report), "statement"))
    for fact in (
        *("Nimbus Systems", "2026-02-27", "5f" * 32, "block, entropy, net", "dynamic-boot no"),
        "entropy-is-physical yes",
        "claimed, not offered VIRTIO_BLK_F_LIFETIME block makes the platform non-conformant",
        "offered, not claimed VIRTIO_BLK_F_WRITE_ZEROES block decides nothing",
    ):
        assert fact in said
    report["statement"]["findings"] = []
    assert "All that is claimed is offered" in part(render_html(report), "statement")
    assert "PASS declared" in read(row(render_html(report), "r-AVPS-RNG-3"))


def test_a_failure_says_which_requirement_hangs_on_it() -> None:
    report = sample.certificate()
    clauses = {one["id"]: one for one in report["clauses"]}
    naming = certificate.naming(report)

    def told(id_: str, device: str) -> str:
        return words.advice(clauses[id_], naming.get(id_, []), [device], report)

    assert told("pci-037", sample.DISK).startswith("It counts for AVPS-BLK-1. Compare")
    assert told("pci-037", sample.NET).startswith("It counts for AVPS-NET-1. Compare")
    assert "no verdict hangs on it" in told("pci-037", sample.ENTROPY)
    assert told("blk-024", sample.READ_ONLY).startswith("Waived")
    assert told("core-split-010", sample.DISK).startswith("A broken SHOULD NOT is advice")
    assert "VIRTIO 1.2, newer than" in told("blk-032", sample.DISK)
    assert "the suite is at fault" in words.advice(None, [], [sample.DISK], report)
    text = read(part(render_html(report), "failed"))
    assert "Advice It counts for AVPS-BLK-1, AVPS-NET-1." in text


def test_rendering_is_the_same_everywhere(tmp_path: pathlib.Path) -> None:
    """`avps verify` renders again: neither clock, place nor order of hashing may play a part."""
    script = (
        "import sys, hashlib; from avps.render import sample; from avps.render.html import "
        "render_html; from avps.render.ktap import render_ktap; r = sample.certificate(); "
        "print(hashlib.sha256((render_html(r) + render_ktap(r)).encode()).hexdigest())"
    )
    told = set()
    for seed, zone, locale in ("1", "UTC", "C"), ("2", "Asia/Tokyo", "de_DE.UTF-8"):
        environment = {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": locale,
            "PYTHONPATH": str(RUNNER),
        }
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path if seed == "1" else "/",
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        told.add(done.stdout)
    assert len(told) == 1


def test_names_cannot_leave_the_style_of_the_running_head() -> None:
    report = sample.certificate()
    hostile = '"; } </style><script>alert(1)</script> \\ é'
    report["statement"]["product"]["name"] = report["run"]["id"] = hostile
    text = render_html(report)
    style = text[text.index("<style>") + 7 : text.index("</style>")]
    heads = re.findall(r'@top-(?:left|right) \{ content: "([^"]*)"; \}', style)
    assert len(heads) == 2
    for head_ in heads:
        plain = re.sub(r"\\([0-9a-f]+) ", lambda match: chr(int(match[1], 16)), head_)
        assert hostile in plain and not set('";}<>') & set(head_)
    assert text.count("<script>") == 1 and text.count("</style>") == 1

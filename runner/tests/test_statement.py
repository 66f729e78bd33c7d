# SPDX-License-Identifier: GPL-2.0-or-later
"""The conformance statement: good and bad files, the template, and what a run makes of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fake_tree import QUESTION, FakeTree
from made_run import TYPES, claims

from avps.errors import UserError
from avps.statement import parse

GOOD = claims(
    'is-physical = "yes"\nother = false\n', devices="block net", block="VIRTIO_F_VERSION_1"
)
QUESTIONS = ("is-physical", "other")


def test_a_good_file() -> None:
    one = parse(GOOD, Path("somewhere/ics.toml"), TYPES, QUESTIONS)
    assert (one.file, one.contact, one.date) == ("ics.toml", "someone", "2026-05-01")
    assert one.product == {"vendor": "Vendor", "name": "Product", "version": "1"}
    assert (one.devices, one.features) == (("block", "net"), {"block": ("VIRTIO_F_VERSION_1",)})
    assert one.answers == {"is-physical": True, "other": False}
    assert re.fullmatch("[0-9a-f]{64}", one.sha256)


def test_claims_and_answers_may_be_left_out() -> None:
    text = GOOD[: GOOD.index("[claims]")]
    one = parse(text, Path("ics.toml"), TYPES, QUESTIONS)
    assert (one.devices, one.features, one.answers) == ((), {}, {})


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("[product]", "[product", "ics.toml: Expected ']' at the end of a table declaration"),
        ('contact = "someone"', "", "ics.toml:1: contact: must be filled in, with a text"),
        ('"someone"', '" "', "ics.toml:1: contact: must be filled in, with a text"),
        ("2026-05-01", '"May"', "ics.toml:2: date: must be a day, without quotes: 2026-12-31"),
        ("2026-05-01", "2026-05-01T10:00:00", "ics.toml:2: date: must be a day, without quotes"),
        ("contact", "contakt", "ics.toml:1: contakt: is no key of a statement: did you mean cont"),
        ("[product]", "[produkt]", "ics.toml:3: produkt: is no key of a statement: did you mean"),
        ('vendor = "Vendor"', "", "ics.toml:3: product.vendor: must be filled in"),
        ('version = "1"', "version = 1", "ics.toml:6: product.version: must be filled in"),
        ('version = "1"', 'size = "1"', "ics.toml:6: product.size: is no key of a product"),
        ("devices = ", "device = ", "ics.toml:8: claims.device: is no key of the claims"),
        ('["block", "net"]', '"block"', "ics.toml:8: claims.devices: must be a list of names"),
        ('"net"]', '"nett"]', "ics.toml:8: claims.devices: 'nett' is no device type that is known"),
        ('"net"]', '"block"]', "ics.toml:8: claims.devices: 'block' is there twice"),
        ("block = ", "blok = ", "ics.toml:10: claims.features.blok: is no device type that is"),
        (
            '"VIRTIO_F',
            '"VIRTIO_G',
            "ics.toml:10: claims.features.block: 'VIRTIO_G_VERSION_1' is no",
        ),
        ('["block", "net"]', '["net"]', "ics.toml:10: claims.features.block: features of a type"),
        ("other", "another", "ics.toml:13: answers.another: is no question that is known: did you"),
        ('"yes"', '"maybe"', 'ics.toml:12: answers.is-physical: must be "yes" or "no", not \'ma'),
        ('"yes"', "1", 'ics.toml:12: answers.is-physical: must be "yes" or "no", not 1'),
    ],
)
def test_a_bad_file_is_refused_with_line_and_remedy(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(UserError) as error:
        parse(GOOD.replace(old, new, 1), Path("ics.toml"), TYPES, QUESTIONS)
    assert str(error.value).startswith(message)


def test_a_long_list_is_told_by_its_own_line() -> None:
    text = GOOD.replace('["block", "net"]', '[\n  "block",\n  "nett",\n]')
    with pytest.raises(UserError, match=r"^ics.toml:10: claims.devices: 'nett'"):
        parse(text, Path("ics.toml"), TYPES, QUESTIONS)


def test_the_template_of_a_run_is_a_statement_once_it_is_filled_in(tree: FakeTree) -> None:
    tree.run()
    ran = tree.avps("ics", "--template", "build/report/fake")
    assert ran.status == 0
    path = tree.file("ics.toml", ran.out)
    refused, _ = tree.run(words=("--ics", str(path)))
    assert (refused.status, refused.out) == (2, ""), "nothing was started"
    assert refused.err.startswith(f"avps: {path}:") and "contact: must be" in refused.err
    assert f'#{QUESTION} = "yes"' in ran.out
    filled = re.sub(r'= ""', '= "filled in"', ran.out).replace(f"#{QUESTION}", QUESTION)
    path.write_text(filled)
    ran, report = tree.run(words=("--ics", str(path)))
    assert ran.status == 0
    assert report["statement"]["findings"] == [], "it claims what is there, and nothing else"
    assert report["statement"]["file"] == "ics.toml"
    verdicts = {one["id"]: one["verdict"] for one in report["requirements"]}
    assert verdicts["AVPS-RNG-3"] == "PASS"
    assert report["summary"]["headline"] == "conformant"


def test_a_claim_without_an_offer_is_told(tree: FakeTree) -> None:
    path = tree.file("ics.toml", claims(devices="block vsock", block="VIRTIO_BLK_F_RO"))
    ran, report = tree.run(words=("--ics", str(path)))
    assert ran.status == 1 and report["summary"]["verdict"] == "non-conformant"
    lines = ran.out.splitlines()
    assert "claim VIRTIO_BLK_F_RO of block devices: claimed not offered" in lines
    assert "claim vsock of vsock devices: claimed not offered" in lines
    assert "FAIL  AVPS-VSK-1  claimed, not offered: there is no vsock device" in lines


def test_a_statement_serves_other_profiles_too(tree: FakeTree) -> None:
    path = tree.file("ics.toml", claims(f'{QUESTION} = "yes"\n', devices="block"))
    ran, report = tree.run(words=("--ics", str(path), "--profile", "none"))
    assert ran.status == 0 and report["statement"]["answers"] == {QUESTION: True}
    again = tree.avps("report", "build/report/fake")
    assert again.status == 0 and tree.report() == report


def test_a_file_that_is_not_there(tree: FakeTree) -> None:
    ran, _ = tree.run(words=("--ics", "nowhere.toml"))
    assert (ran.status, ran.err) == (
        2,
        "avps: nowhere.toml: can't be read: No such file or directory\n",
    )


def test_the_copy_is_the_file(tree: FakeTree) -> None:
    text = claims(devices="block").replace("\n", "\r\n")
    path = tree.root / "ics.toml"
    path.write_bytes(text.encode())
    tree.run(words=("--ics", str(path)))
    folder = tree.root / "build/report/fake"
    assert (folder / "statement.toml").read_bytes() == path.read_bytes()
    assert json.loads((folder / "run.json").read_text())["given"] == {"statement.toml": "ics.toml"}
    tree.run()
    assert not (folder / "statement.toml").exists(), "what an earlier run was given is gone"

# SPDX-License-Identifier: GPL-2.0-or-later
"""manifest.json: what ./avps run writes into it, and when."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import fake_vmm
import jsonschema
import pytest
from fake_tree import ROOT, FakeTree

from avps import origin

FILES = [
    "catalogue.json",
    "console.log",
    "junit.xml",
    "profile.json",
    "records.jsonl",
    "report.html",
    "report.json",
    "report.ktap",
    "run.json",
]


def run(tree: FakeTree, *words: str) -> tuple[Path, dict[str, Any]]:
    """Run the fake target; give the folder and the manifest."""
    ran = tree.avps("run", "-t", "fake", "--profile", "none", *words)
    assert (ran.status, ran.err) == (0, ""), ran.out + ran.err
    folder = tree.root / "build/report/fake"
    return folder, json.loads((folder / "manifest.json").read_text())


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_it_has_the_form_that_the_schema_says(tree: FakeTree) -> None:
    _, manifest = run(tree)
    schema = json.loads((ROOT / "reports/manifest.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(manifest)


def test_it_names_every_file(tree: FakeTree) -> None:
    folder, manifest = run(tree)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, "manifest.json"])
    assert [one["file"] for one in manifest["files"]] == FILES
    for one in manifest["files"]:
        path = folder / one["file"]
        assert (one["sha256"], one["size"]) == (sha256(path), path.stat().st_size)


def test_it_names_every_part(tree: FakeTree) -> None:
    tree.file("build/x86_64/linux/config", "CONFIG_A=y\n")
    tree.file(
        "build/x86_64/probe", (tree.root / "build" / os.uname().machine / "probe").read_text()
    )
    (tree.root / "build/x86_64/probe").chmod(0o755)
    firmware = tree.file("firmware.bin", "firmware")
    tree.target(f"--firmware=file={firmware},id=x")
    ran = tree.avps("run", "-t", "fake", "--profile", "none")
    assert "unrecognized arguments" in ran.out
    manifest = json.loads((tree.root / "build/report/fake/manifest.json").read_text())
    parts = {one["part"]: one for one in manifest["parts"]}
    for part, name in (
        ("target", "runner/targets/fake.toml"),
        ("kernel", "build/x86_64/linux/kernel"),
        ("kernel-config", "build/x86_64/linux/config"),
        ("initramfs", "build/x86_64/initramfs.cpio.gz"),
        ("probe", "build/x86_64/probe"),
        ("argument-1", "firmware.bin"),
    ):
        path = tree.root / name
        wanted = {"part": part, "file": name, "sha256": sha256(path), "size": path.stat().st_size}
        assert parts[part] == wanted
    assert parts["vmm"]["sha256"] == sha256(Path(sys.executable))
    assert parts["argument-0"]["sha256"] == sha256(Path(fake_vmm.__file__))
    assert parts["initramfs-as-booted"]["size"] > parts["initramfs"]["size"]
    assert len(parts) == 9


def test_it_says_where_the_run_comes_from(tree: FakeTree) -> None:
    folder, manifest = run(tree, "--nonce", "a-word")
    facts = json.loads((folder / "run.json").read_text())
    assert manifest["run"]["nonce"] == "a-word" and manifest["run"]["nonce_given"] is True
    assert manifest["run"]["id"] == facts["id"] and manifest["run"]["started"] == facts["started"]
    assert manifest["command"] == facts["target"]["command"]
    assert manifest["host"]["kernel"] == f"Linux {os.uname().release}"
    assert re.search(r"\w", manifest["host"]["cpu"]) and "Linux" in manifest["host"]["os"]
    assert manifest["avps"] == {"ran": origin.version(), "wrote": origin.version()}
    assert (manifest["probe"], manifest["verdict"]) == ("0.1", "conformant")
    assert manifest["catalogue"] == {"clauses": 8, "sha256": sha256(folder / "catalogue.json")}
    assert manifest["profile"]["sha256"] == sha256(folder / "profile.json")


def test_the_probe_is_told_the_nonce(tree: FakeTree) -> None:
    folder, _ = run(tree, "--nonce", "a-word")
    first = json.loads((folder / "records.jsonl").read_text().splitlines()[0])
    assert json.loads(first["json"])["nonce"] == "a-word"


def test_a_nonce_that_nobody_gave_is_new_each_time(tree: FakeTree) -> None:
    nonces = [run(tree)[1]["run"] for _ in range(2)]
    assert nonces[0]["nonce"] != nonces[1]["nonce"] and not nonces[0]["nonce_given"]
    assert all(len(one["nonce"]) == 16 for one in nonces)


@pytest.mark.parametrize("name", ["waivers.toml", "statement.toml", "manifest.json.sig"])
def test_what_an_earlier_run_left_is_taken_away(tree: FakeTree, name: str) -> None:
    folder, _ = run(tree)
    (folder / name).write_text("old")
    run(tree)
    assert not (folder / name).exists()
    assert tree.avps("verify", str(folder)).status == 0


def test_what_is_not_ours_stays_and_is_no_part_of_it(tree: FakeTree) -> None:
    folder, _ = run(tree)
    (folder / "notes.txt").write_text("mine")
    _, manifest = run(tree)
    assert (folder / "notes.txt").read_text() == "mine"
    assert [one["file"] for one in manifest["files"]] == FILES


def test_a_report_that_cannot_be_written_leaves_the_old_one(tree: FakeTree) -> None:
    folder, before = run(tree)
    ran = tree.start("report", str(folder), file_limit=20000)
    _, err = ran.communicate(timeout=60)
    assert ran.returncode == 2 and "the report can't be written" in err
    assert json.loads((folder / "manifest.json").read_text()) == before
    assert tree.avps("verify", str(folder)).status == 0

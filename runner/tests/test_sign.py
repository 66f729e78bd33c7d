# SPDX-License-Identifier: GPL-2.0-or-later
"""./avps sign, and what ./avps verify says of signatures."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from fake_tree import FakeTree, Ran

SIGNATURE = "manifest.json.sig"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> FakeTree:
    """A tree with a report, the keys `mine` and `other`, and allowed signers for each."""
    tree = FakeTree(tmp_path_factory.mktemp("sign"))
    assert tree.avps("run", "-t", "fake", "--profile", "none").status == 0
    for name in ("mine", "other"):
        words = [
            "ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "",
            "-f",
            str(tree.root / name),
        ]
        subprocess.run(words, check=True)
        public = (tree.root / f"{name}.pub").read_text()
        tree.file(f"{name}.signers", f"{name}@example.com {public}")
    return tree


class Signed:
    """A copy of the report, and ./avps on it."""

    def __init__(self, tree: FakeTree, folder: Path) -> None:
        self.tree = tree
        self.folder = folder

    def sign(self, key: str = "mine") -> Ran:
        return self.tree.avps("sign", str(self.folder), "--key", key)

    def verify(self, signers: str | None = None) -> Ran:
        words = ["--allowed-signers", f"{signers}.signers"] if signers else []
        return self.tree.avps("verify", str(self.folder), *words)


@pytest.fixture
def signed(made: FakeTree, tmp_path: Path) -> Signed:
    """The report, signed with `mine`."""
    copy = Signed(made, Path(shutil.copytree(made.root / "build/report/fake", tmp_path / "report")))
    ran = copy.sign()
    assert (ran.status, ran.out, ran.err) == (0, f"signature: {copy.folder / SIGNATURE}\n", "")
    return copy


def test_a_signature_that_is_asked_for(signed: Signed) -> None:
    ran = signed.verify("mine")
    assert (ran.status, ran.err) == (0, "")
    assert "signature: mine@example.com, ED25519 key SHA256:" in ran.out
    assert sorted(path.name for path in signed.folder.iterdir() if ".sig" in path.name) == [
        SIGNATURE
    ]


def test_it_is_one_that_ssh_keygen_knows(signed: Signed) -> None:
    """Without avps: the namespace and the file are as docs/bundle.md says."""
    command = ["ssh-keygen", "-Y", "verify", "-f", str(signed.tree.root / "mine.signers")]
    command += ["-I", "mine@example.com", "-n", "avps-report", "-s", str(signed.folder / SIGNATURE)]
    with (signed.folder / "manifest.json").open() as manifest:
        assert subprocess.run(command, stdin=manifest, capture_output=True).returncode == 0


def test_a_signature_that_nobody_asked_for_is_told(signed: Signed) -> None:
    ran = signed.verify()
    assert ran.status == 0
    assert "note: signed with ED25519 key SHA256:" in ran.out and "--allowed-signers" in ran.out


def test_the_key_of_somebody_else(signed: Signed) -> None:
    ran = signed.verify("other")
    assert ran.status == 1
    assert f"{SIGNATURE}: other.signers does not allow its key (ED25519 key SHA256:" in ran.out


def test_a_signature_taken_away(signed: Signed) -> None:
    (signed.folder / SIGNATURE).unlink()
    assert "note: not signed" in signed.verify().out
    ran = signed.verify("mine")
    assert ran.status == 1
    assert f"{SIGNATURE}: is missing, and one by a key in mine.signers is asked for" in ran.out


@pytest.mark.parametrize("signers", [None, "mine"])
def test_a_manifest_changed_after_it_was_signed(signed: Signed, signers: str | None) -> None:
    """With run.json, so that nothing but the signature can tell."""
    for name in ("run.json", "manifest.json"):
        path = signed.folder / name
        facts = json.loads(path.read_text())
        parts = facts["parts"] if name == "manifest.json" else facts["origin"]["parts"]
        next(one for one in parts if one["part"] == "kernel")["sha256"] = "0" * 64
        path.write_text(json.dumps(facts, indent=1) + "\n")
    assert "run.json: was changed: SHA-256" in signed.verify(signers).out
    _seal(signed.folder)
    ran = signed.verify(signers)
    assert ran.status == 1
    assert ran.out.splitlines()[0].startswith(
        f"{SIGNATURE}: does not hold for manifest.json: Signature verification failed"
    )
    (signed.folder / SIGNATURE).unlink()
    assert signed.verify().status == 0, "without a signature everything else can be made to fit"


def _seal(folder: Path) -> None:
    from avps import bundle

    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(bundle.text({**manifest, "files": bundle.files(folder)}))


def test_a_signature_of_another_report(signed: Signed, made: FakeTree, tmp_path: Path) -> None:
    ran = made.avps("run", "-t", "fake", "--profile", "none", "--out", str(tmp_path / "other"))
    assert ran.status == 0
    shutil.copy(signed.folder / SIGNATURE, tmp_path / "other")
    assert "does not hold for manifest.json" in made.avps("verify", str(tmp_path / "other")).out


def test_a_signature_that_is_none(signed: Signed) -> None:
    (signed.folder / SIGNATURE).write_text("trust me\n")
    for signers in (None, "mine"):
        ran = signed.verify(signers)
        assert ran.status == 1 and f"{SIGNATURE}: does not hold" in ran.out


def test_signing_again_takes_the_first_one_s_place(signed: Signed) -> None:
    assert signed.sign("other").status == 0
    assert signed.verify("other").status == 0


def test_writing_the_report_anew_takes_the_signature_away(signed: Signed) -> None:
    signed.tree.avps("report", str(signed.folder))
    assert not (signed.folder / SIGNATURE).exists()


def test_a_changed_report_is_not_signed(signed: Signed) -> None:
    (signed.folder / SIGNATURE).unlink()
    (signed.folder / "junit.xml").write_text("")
    ran = signed.sign()
    assert ran.status == 2
    assert "junit.xml: was changed: SHA-256 expected" in ran.err and ": not signed" in ran.err
    assert not (signed.folder / SIGNATURE).exists()


def test_keys_that_cannot_sign(signed: Signed) -> None:
    ran = signed.sign("nowhere")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("avps: nowhere: no such key: 'ssh-keygen -t ed25519")
    signed.tree.file("bad", "no key\n").chmod(0o600)
    ran = signed.sign("bad")
    assert ran.status == 2 and ran.err.startswith("avps: bad: ssh-keygen can't sign with it: ")


def test_signers_that_cannot_be_read(signed: Signed) -> None:
    ran = signed.verify("nowhere")
    assert ran.status == 2 and ran.err.startswith("avps: nowhere.signers: can't be read")

# SPDX-License-Identifier: GPL-2.0-or-later
"""`avps verify`: the report is made again from its own evidence, and has to come out the same.

What that shows and what it can't is in docs/bundle.md. Nothing in the folder is trusted; it is read
once, and only the copy of what was read is looked at.
"""

from __future__ import annotations

import functools
import json
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any, Iterable

import jsonschema

from avps import bundle, differences, origin, sign, statement, waivers, yardstick
from avps.audit import Audit, audit
from avps.errors import UserError
from avps.output import FILES, MANIFEST, SIGNATURE
from avps.render.paths import REPORTS
from avps.verification import MOST, Verification
from avps.write import write_again

_RUN, _RECORDS = "run.json", "records.jsonl"


def verify(
    folder: Path,
    allowed: Path | None = None,
    nonce: str | None = None,
    to_be_signed: bool = False,
) -> Verification:
    """Check the report in `folder`, which may be read-only, anywhere.

    `allowed` is a file of allowed signers: then a signature by one of them has to be there. `nonce`
    is the word that the run was to be made with. With `to_be_signed` a signature that is there
    doesn't matter, as a new one will take its place. Raises UserError if there is no report to
    check, or if a file or ssh-keygen can't be read or run.
    """
    found = Verification(folder)
    with tempfile.TemporaryDirectory(prefix="avps-") as scratch:
        copy, remade = Path(scratch, "copy"), Path(scratch, "remade")
        copy.mkdir()
        remade.mkdir()
        try:
            _take(found, folder, copy)
            _check_manifest(found, copy)
            if not to_be_signed:
                _check_signature(found, copy, allowed)
            said, boots, safe = _check_run(found, copy)
            audited = _check_records(found, copy, said, boots)
            _check_nonce(found, nonce)
            if safe:
                _make_again(found, copy, remade)
            _judge_losses(found, audited)
            if not found.problems:
                found.notes += yardstick.strange(copy, found.report["profile"]["name"])
        except OSError as error:
            raise UserError(f"{error.filename or scratch}: {error.strerror}") from error
    _hint(found)
    return found


def _take(found: Verification, folder: Path, copy: Path) -> None:
    """Copy the folder's files. Raises UserError if it can't be read, or is no report at all."""
    try:
        names = {path.name for path in folder.iterdir()}
        if MANIFEST not in names or not stat.S_ISREG((folder / MANIFEST).lstat().st_mode):
            raise UserError(
                f"{folder / MANIFEST} is missing, or no file: nothing says what the report "
                "should be ('./avps run' writes one, './avps report' a new one)"
            )
        for name in sorted(names):
            if name not in FILES:
                found.refuse(name, ["was added: no report has such a file"])
            elif not stat.S_ISREG((folder / name).lstat().st_mode):
                found.refuse(name, ["is not a regular file, as all of a report are"])
            else:
                shutil.copyfile(folder / name, copy / name)
    except OSError as error:
        raise UserError(
            f"{error.filename or folder}: {error.strerror}: name the folder of a report"
        ) from error


def _check_manifest(found: Verification, copy: Path) -> None:
    """See that the manifest has its form, and that the files are those that it names."""
    text = (copy / MANIFEST).read_bytes().decode(errors="replace")
    try:
        manifest = json.loads(text)
        errors = sorted(_schema().iter_errors(manifest), key=lambda error: str(error.json_path))
    except (ValueError, RecursionError) as error:
        found.refuse(MANIFEST, [f"is not JSON: {error}"])
        return
    if errors:
        found.refuse(MANIFEST, (f"{error.json_path}: {error.message:.200}" for error in errors))
        return
    found.manifest = manifest
    if bundle.text(manifest) != text:
        found.refuse(MANIFEST, differences.by_line(bundle.text(manifest), text))
    listed = {entry["file"]: entry for entry in manifest["files"]}
    there = {entry["file"]: entry for entry in bundle.files(copy)}
    for name in sorted(listed | there):
        if name not in there:
            found.refuse(name, ["is missing, the manifest names it"])
        elif name not in listed:
            found.refuse(name, ["was added, the manifest does not name it"])
        elif there[name] != listed[name]:
            found.refuse(name, [_changed(listed[name], there[name])])


def _changed(listed: dict[str, Any], there: dict[str, Any]) -> str:
    sizes = f" ({listed['size']} and {there['size']} bytes)"
    return (
        f"was changed: SHA-256 expected {listed['sha256']}, found {there['sha256']}"
        f"{sizes if listed['size'] != there['size'] else ''}"
    )


def _check_signature(found: Verification, copy: Path, allowed: Path | None) -> None:
    if not (copy / SIGNATURE).exists():
        if allowed:
            found.refuse(SIGNATURE, [f"is missing, and one by a key in {allowed} is asked for"])
        else:
            found.notes.append("not signed: nothing says who made this report")
        return
    found.signature = sign.check(copy / MANIFEST, copy / SIGNATURE, allowed)
    if found.signature.fault:
        found.refuse(SIGNATURE, [found.signature.fault])
    elif not allowed:
        found.notes.append(
            f"signed with {found.signature.key}; whose key that is was not asked: name the keys "
            "that you trust with --allowed-signers"
        )


def _check_run(found: Verification, copy: Path) -> tuple[str, int, bool]:
    """Look at run.json alone; give its nonce, how many boots there were, and whether it is safe to
    make the report again.
    """
    nonce = found.manifest["run"]["nonce"] if found.manifest else ""
    if not (copy / _RUN).exists():
        return nonce, 1, True
    try:
        run = json.loads((copy / _RUN).read_text())
        nonce, given, boots = str(run["nonce"]), run["given"], len(run["boots"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        found.refuse(_RUN, [f"not the facts of a run: {error!r:.200}"])
        return nonce, 1, False
    # These become names of files that are read and written.
    safe = isinstance(given, dict) and given.keys() <= {statement.FILE, waivers.FILE}
    if not safe:
        found.refuse(_RUN, [f"given: {given!r:.200} are no files that a run can be given"])
    return nonce, boots, safe


def _check_records(found: Verification, copy: Path, nonce: str, boots: int) -> Audit:
    """Check the records; give what may have been lost in the run, to be judged with the report."""
    if not (copy / _RECORDS).exists():
        return Audit()
    audited = audit(copy / _RECORDS, nonce, boots)
    found.records = audited.records
    found.refuse(_RECORDS, audited.faults)
    return audited


def _check_nonce(found: Verification, nonce: str | None) -> None:
    said = found.manifest["run"]["nonce"] if found.manifest else None
    if nonce is not None and said is not None and nonce != said:
        found.refuse(MANIFEST, [f"run.nonce: expected {nonce!r} (--nonce), found {said!r}"])


def _make_again(found: Verification, copy: Path, remade: Path) -> None:
    """Make the report again from records and copies, and compare every file with the one there."""
    try:
        found.report = write_again(copy, remade)
    except UserError as error:
        found.refuse("the report can't be made again", [_without(str(error), copy)])
        return
    except OSError:
        raise
    except Exception as error:  # whatever evidence that somebody made up brings forth
        found.refuse("the report can't be made again", [f"{type(error).__name__}: {error!s:.200}"])
        return
    made = {path.name for path in remade.iterdir()}
    there = {path.name for path in copy.iterdir()} - {SIGNATURE}
    listed = {entry["file"] for entry in found.manifest.get("files", [])}
    for name in sorted(made & there):
        if name != MANIFEST:
            found.refuse(name, _differences(remade / name, copy / name))
        elif found.manifest:
            found.refuse(name, _of_manifests(_json(remade / name), found.manifest))
    for name in sorted(made - there - listed):
        found.refuse(name, ["is missing, the records make one"])
    for name in sorted(there & listed - made):
        found.refuse(name, ["nothing of this run makes such a file"])


def _differences(expected: Path, found: Path) -> Iterable[str]:
    wanted, there = expected.read_bytes(), found.read_bytes()
    if wanted == there:
        return ()
    if expected.suffix == ".json":
        try:
            told = list(differences.by_key(_json(expected), _json(found)))
        except (ValueError, RecursionError) as error:
            told = [f"is not JSON: {error}"]
        if told:
            return told
    return differences.by_line(wanted.decode(errors="replace"), there.decode(errors="replace"))


def _of_manifests(expected: dict[str, Any], found: dict[str, Any]) -> Iterable[str]:
    """Compare all but the files, which were compared with the folder's."""
    return differences.by_key({**expected, "files": []}, {**found, "files": []})


def _judge_losses(found: Verification, audited: Audit) -> None:
    """A run may lose records: then its report says that it is not complete."""
    if not found.report or found.report["run"]["complete"] or found.problems:
        found.refuse(_RECORDS, audited.losses)
    else:
        found.notes += [f"{_RECORDS}: {one}" for one in audited.losses[:MOST]]
    found.notes += [f"{_RECORDS}: {one}" for one in audited.oddities[:MOST]]


def _hint(found: Verification) -> None:
    """Another avps may judge or write otherwise: say so, as that need not be tampering."""
    wrote = (found.manifest.get("avps") or {}).get("wrote")
    if wrote and wrote["sha256"] != origin.version()["sha256"]:
        found.notes.append(
            f"the report was written by avps {wrote['version']}, and this is "
            f"{origin.version()['version']} with other code"
            + (": check it with that one, too" if found.problems else "")
        )
    for key in ("host", "parts"):
        if found.manifest and not found.manifest[key]:
            found.notes.append(f"the manifest says nothing of {key}")


def _json(path: Path) -> Any:
    return json.loads(path.read_text(errors="replace"))


def _without(text: str, folder: Path) -> str:
    return text.replace(f"{folder}/", "").replace(str(folder), "this")


@functools.cache
def _schema() -> Any:
    return jsonschema.Draft202012Validator(
        json.loads((REPORTS / "manifest.schema.json").read_text())
    )

# SPDX-License-Identifier: GPL-2.0-or-later
"""Signatures of manifests, made and checked by OpenSSH's ssh-keygen."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from avps import output
from avps.errors import UserError

NAMESPACE = "avps-report"
_GOOD = re.compile(r'Good "[^"]*" signature (?:for .* )?with (\S+ key \S+)')


@dataclass(frozen=True)
class Signature:
    """Who signed: the key (`ED25519 key SHA256:…`), the principal that the allowed signers name for
    it (None: nobody was asked). `fault` says why it does not hold, None: it does.
    """

    key: str | None = None
    principal: str | None = None
    fault: str | None = None


def sign(folder: Path, key: Path) -> Path:
    """Sign the manifest in `folder` with a private key (or a public one whose private half an agent
    holds), and give the signature's path.

    ssh-keygen asks for a passphrase, or for a touch, itself. Raises UserError if the key, the
    manifest or the folder is not as it must be.
    """
    manifest, signature = folder / output.MANIFEST, folder / output.SIGNATURE
    try:
        content = manifest.read_bytes()
    except OSError as error:
        raise UserError(f"{manifest}: {error.strerror}: nothing to sign") from error
    if not key.is_file():
        raise UserError(f"{key}: no such key: 'ssh-keygen -t ed25519 -f {key}' makes one")
    made = _keygen(["sign", "-f", str(key)], content)
    if made.returncode:
        raise UserError(f"{key}: ssh-keygen can't sign with it: {_said(made)}")
    output.put(signature, made.stdout)
    return signature


def check(manifest: Path, signature: Path, allowed: Path | None) -> Signature:
    """Check a signature of a manifest; with `allowed`, an allowed signers file (see ssh-keygen(1)),
    see also whose it is.

    Raises UserError if `allowed` can't be read or ssh-keygen is not there, OSError for the others.
    """
    content = manifest.read_bytes()
    named = ["-s", str(signature)]
    if allowed is None:
        return _outcome(_keygen(["check-novalidate", *named], content), None)
    if not os.access(allowed, os.R_OK):
        raise UserError(f"{allowed}: can't be read: name a file of allowed signers")
    found = _keygen(["find-principals", *named, "-f", str(allowed)], b"")
    principals = found.stdout.decode(errors="replace").splitlines()
    if found.returncode or not principals:
        key = _outcome(_keygen(["check-novalidate", *named], content), None)
        who = key.key or _said(found)
        return Signature(key.key, None, key.fault or f"{allowed} does not allow its key ({who})")
    who = principals[0].split(",")[0]
    words = ["verify", *named, "-f", str(allowed), "-I", who]
    return _outcome(_keygen(words, content), who)


def _outcome(ran: subprocess.CompletedProcess[bytes], principal: str | None) -> Signature:
    good = _GOOD.search(ran.stdout.decode(errors="replace"))
    if ran.returncode or not good:
        return Signature(None, principal, f"does not hold for {output.MANIFEST}: {_said(ran)}")
    return Signature(good[1], principal)


def _keygen(words: Sequence[str], content: bytes) -> subprocess.CompletedProcess[bytes]:
    command = ["ssh-keygen", "-Y", *words]
    if words[0] != "find-principals":
        command += ["-n", NAMESPACE]
    try:
        return subprocess.run(command, input=content, capture_output=True)
    except OSError as error:
        raise UserError(f"ssh-keygen: {error.strerror}: install openssh-client") from error


def _said(ran: subprocess.CompletedProcess[bytes]) -> str:
    """Give what ssh-keygen said, as one line."""
    words = (ran.stderr or ran.stdout).decode(errors="replace").split()
    return re.sub(r"[^ -~]", "?", " ".join(words))[:300] or f"status {ran.returncode}"

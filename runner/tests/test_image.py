# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest image and the scripts that build it."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "images"
ARCHES = sorted({path.stem for path in IMAGES.glob("kernel/*.config")} - {"common"})
ARCH = "x86_64"
OUT = ROOT / "build" / ARCH

each_arch = pytest.mark.parametrize("out", [ROOT / "build" / arch for arch in ARCHES], ids=ARCHES)


def run(*command: str | Path, **env: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command with `env` added to the environment; its output is kept, no status judged."""
    environ = os.environ | {name: str(value) for name, value in env.items()}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def listed(archive: bytes) -> list[list[str]]:
    """List a cpio archive: mode, owner, date and name (and what else cpio says) of each entry."""
    text = subprocess.run(
        ["cpio", "--quiet", "--numeric-uid-gid", "-tv"],
        input=archive,
        capture_output=True,
        check=True,
        env={"TZ": "UTC", "LC_ALL": "C", "PATH": os.environ["PATH"]},
    ).stdout.decode()
    return [line.split() for line in text.splitlines()]


def executable(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)


@each_arch
def test_kernel_and_initramfs_are_small(out: Path) -> None:
    size = sum((out / name).stat().st_size for name in ("linux/kernel", "initramfs.cpio.gz"))
    assert size <= 6_000_000


@each_arch
def test_kernel_is_configured_as_the_fragments_say(out: Path) -> None:
    fragments = [IMAGES / f"kernel/{name}.config" for name in ("common", out.name)]
    check = run(IMAGES / "check-config.sh", out / "linux/config", *fragments)
    assert (check.returncode, check.stderr) == (0, "")


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("CONFIG_PCI=n", "CONFIG_PCI=y"),
        ("CONFIG_VT=y", "CONFIG_VT=n"),
        ("CONFIG_VIRTIO=y", "CONFIG_VIRTIO=m"),
        ("CONFIG_GONE_SINCE_LONG=y", "CONFIG_GONE_SINCE_LONG=n"),
        ("CONFIG_SERIAL_8250_NR_UARTS=5", "CONFIG_SERIAL_8250_NR_UARTS=4"),
    ],
)
def test_a_line_that_does_not_hold_is_named(tmp_path: Path, line: str, seen: str) -> None:
    fragment = tmp_path / "fragment.config"
    fragment.write_text(f"# why\nCONFIG_SMP=y\n{line}\n")
    check = run(IMAGES / "check-config.sh", OUT / "linux/config", fragment)
    assert check.returncode == 1
    assert check.stderr.startswith(f"{fragment}:3: asks for {line}, the kernel has {seen}:")
    assert check.stderr.count("\n") == 1


@each_arch
def test_initramfs_holds_the_probe_and_a_console(out: Path) -> None:
    entries = listed(gzip.decompress((out / "initramfs.cpio.gz").read_bytes()))
    by_name = {entry[-1]: entry for entry in entries}
    assert set(by_name) == {"dev", "dev/console", "proc", "run", "sys", "init"}
    assert by_name["init"][0] == "-rwxr-xr-x"
    assert int(by_name["init"][4]) == (out / "probe").stat().st_size
    assert by_name["dev/console"][0] == "crw-------"
    assert by_name["dev/console"][4:6] == ["5,", "1"]
    for entry in entries:
        assert entry[2:4] == ["0", "0"], "owned by root"
        assert entry[-4:-1] == ["Jan", "1", "1970"]


def test_the_same_probe_gives_the_same_initramfs(tmp_path: Path) -> None:
    again = tmp_path / "elsewhere" / "again.cpio.gz"
    again.parent.mkdir()
    probe = tmp_path / "probe"
    probe.write_bytes((OUT / "probe").read_bytes())
    probe.chmod(0o600)
    os.utime(probe, (1_000_000_000, 1_000_000_000))
    pack = run(IMAGES / "initramfs.sh", probe, OUT / "linux/gen_init_cpio", again)
    assert (pack.returncode, pack.stderr) == (0, "")
    assert again.read_bytes() == (OUT / "initramfs.cpio.gz").read_bytes()
    assert [path.name for path in again.parent.iterdir()] == [again.name]


@each_arch
def test_probe_is_for_its_guest_and_needs_no_shared_library(out: Path) -> None:
    probe = (out / "probe").read_bytes()
    machine = {"x86_64": 62, "arm64": 183}[out.name]  # the ELF standard's numbers
    assert int.from_bytes(probe[18:20], "little") == machine
    assert b"/ld-linux" not in probe


def test_kernel_arguments_are_one_a_line() -> None:
    assert sorted(path.name for path in (IMAGES / "cmdline").iterdir()) == ARCHES
    for path in (IMAGES / "cmdline").iterdir():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            assert re.fullmatch(r"#.*|\S*", line), f"{path}:{number}: {line!r}"


def test_a_build_that_fails_leaves_a_log_and_no_entry(tmp_path: Path) -> None:
    source = tmp_path / "linux-source-0.0.tar.xz"
    with tarfile.open(source, "w:xz") as tar:
        tar.add(IMAGES / "initramfs.list", "linux-source-0.0/Makefile")
    build = run(
        IMAGES / "linux.sh", "headers", ARCH, tmp_path, LINUX_SOURCE=source, XDG_CACHE_HOME=tmp_path
    )
    assert build.returncode == 2
    log = re.search(r"all of the output is in (\S+\.log)$", build.stderr)
    assert log and Path(log[1]).read_text() in build.stderr
    assert [path for path in (tmp_path / "avps").iterdir() if path.is_dir()] == []
    assert list((tmp_path / "linux").iterdir()) == []


@pytest.mark.parametrize(
    ("stage_arch", "env", "message"),
    [
        (("headers", ARCH), {"LINUX_SOURCE": "/absent.tar.xz"}, "LINUX_SOURCE=/absent.tar.xz: no"),
        (("headers", "vax"), {}, "ARCH=vax: no such architecture"),
        (("shoes", ARCH), {}, "shoes: no such stage"),
    ],
)
def test_a_build_that_cannot_start_says_why(
    tmp_path: Path, stage_arch: tuple[str, str], env: dict[str, str], message: str
) -> None:
    build = run(IMAGES / "linux.sh", *stage_arch, tmp_path, XDG_CACHE_HOME=tmp_path, **env)
    assert build.returncode == 2
    assert build.stderr.startswith(f"linux.sh: {message}")


def test_a_missing_compiler_is_named_with_its_remedy(tmp_path: Path) -> None:
    for tool in ("bash", "dirname", "find", "readlink", "sort", "tail", "uname"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    build = run(IMAGES / "linux.sh", "headers", ARCH, tmp_path, PATH=tmp_path)
    assert build.returncode == 2
    assert build.stderr == "linux.sh: gcc is missing: run 'make setup'\n"


def test_a_built_entry_is_taken_from_the_cache(tmp_path: Path) -> None:
    """A second checkout on the same machine builds nothing, and a second call changes nothing."""
    for stage in ("headers", "kernel"):
        build = run(IMAGES / "linux.sh", stage, ARCH, tmp_path)
        assert (build.returncode, build.stdout, build.stderr) == (0, "", "")
        stamp = tmp_path / f"linux/{stage}.entry"
        assert stamp.read_text() == (OUT / f"linux/{stage}.entry").read_text()
        os.utime(stamp, (0, 0))
        assert run(IMAGES / "linux.sh", stage, ARCH, tmp_path).returncode == 0
        assert stamp.stat().st_mtime == 0
    assert (tmp_path / "linux/kernel").samefile(OUT / "linux/kernel")


def debian(path: Path, missing: str) -> dict[str, str]:
    """Make stand-ins for the package tools, with all installed but `missing`; we are not root.

    Returns the environment in which they are found.
    """
    known = 'case $p in *:*) echo "installed $p" ;; *) echo "installed $p:amd64" ;; esac'
    executable(
        path / "dpkg-query",
        f'#!/bin/sh\nshift 3\nfor p; do [ "$p" = {missing} ] || {known}; done\nexit 1\n',
    )
    answers = 'case $1 in --print-architecture) echo amd64 ;; --add-*) echo "dpkg $*" ;; esac'
    executable(path / "dpkg", f"#!/bin/sh\n{answers}\n")
    executable(path / "apt-get", '#!/bin/sh\necho "apt-get $DEBIAN_FRONTEND $*"\n')
    executable(path / "sudo", '#!/bin/sh\necho "sudo $1"\nexec "$@"\n')
    executable(path / "id", "#!/bin/sh\necho 1000\n")
    return {"PATH": f"{path}:{os.environ['PATH']}"}


def test_setup_installs_what_is_missing_and_only_that(tmp_path: Path) -> None:
    setup = run(IMAGES / "setup.sh", **debian(tmp_path, missing="bc"))
    assert setup.returncode == 0, setup.stderr
    assert setup.stdout.splitlines() == [
        "  SETUP   installing bc",
        "sudo env",
        "apt-get noninteractive -qq update",
        "sudo env",
        "apt-get noninteractive -qq -y --no-install-recommends install bc",
    ]


def test_setup_makes_another_architecture_known_before_it_installs_its_packages(
    tmp_path: Path,
) -> None:
    setup = run(IMAGES / "setup.sh", **debian(tmp_path, missing="zlib1g-dev:arm64"))
    assert setup.returncode == 0, setup.stderr
    assert [line for line in setup.stdout.splitlines() if not line.startswith("sudo")] == [
        "  SETUP   installing zlib1g-dev:arm64",
        "dpkg --add-architecture arm64",
        "apt-get noninteractive -qq update",
        "apt-get noninteractive -qq -y --no-install-recommends install zlib1g-dev:arm64",
    ]


@pytest.mark.parametrize(
    ("purposes", "missing"), [(("report", "x86_64"), "zlib1g-dev:arm64"), ((), "nothing")]
)
def test_setup_asks_apt_for_nothing_if_all_is_there(
    tmp_path: Path, purposes: tuple[str, ...], missing: str
) -> None:
    setup = run(IMAGES / "setup.sh", *purposes, **debian(tmp_path, missing))
    assert (setup.returncode, setup.stdout, setup.stderr) == (0, "", "")


def test_setup_elsewhere_than_on_debian_says_what_to_do(tmp_path: Path) -> None:
    for tool in ("bash", "dirname"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    setup = run(IMAGES / "setup.sh", PATH=tmp_path)
    assert setup.returncode == 2
    assert "packages.txt" in setup.stderr


def test_a_report_of_an_unknown_target_names_those_there_are() -> None:
    report = run("make", "-C", ROOT, "report", "TARGET=vax")
    assert report.returncode == 2
    assert "TARGET=vax: there is no runner/targets/vax.toml; targets are: " in report.stderr
    assert "qemu-q35" in report.stderr

# SPDX-License-Identifier: GPL-2.0-or-later
"""report.html in a real browser: no errors, no sideways scrolling, filter and copy work."""

from __future__ import annotations

import html
import json
import pathlib
import re
import shutil
import subprocess
from typing import Any

import pytest
from avps.render import sample
from avps.render.html import render_html

CHROMIUM = shutil.which("chromium", path="/usr/bin")
OPTIONS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--enable-logging=stderr", "--dump-dom"),
]

# A window has a least width, so the page is looked at through a frame as wide as a phone.
FRAME = """<!doctype html><title>frame</title>
<iframe width="{width}" height="800" srcdoc="{page}"></iframe>
<pre id="told"></pre>
<script>
onload = () => {{
  const inside = document.querySelector("iframe").contentWindow;
  document.getElementById("told").textContent = JSON.stringify(inside.eval(`({look})()`));
}};
</script>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"
    ),
]


def look(text: str, script: str, tmp_path: pathlib.Path, width: int = 390) -> Any:
    """Open a page `width` pixels wide, run the function `script` in it, and return what it returns.

    The policy of the page is taken out of the copy, as it would not let the script in.
    """
    open_copy = re.sub(r"<meta http-equiv[^>]*>", "", text)
    frame = FRAME.format(width=width, page=html.escape(open_copy), look=script)
    path = tmp_path / "frame.html"
    path.write_text(frame, encoding="utf-8")
    dom = _chromium(path, tmp_path)
    told = re.search(r'<pre id="told">(.+?)</pre>', dom, re.DOTALL)
    assert told, "the script did not run"
    return json.loads(html.unescape(told[1]))


def _chromium(path: pathlib.Path, tmp_path: pathlib.Path) -> str:
    assert CHROMIUM
    done = subprocess.run(
        [CHROMIUM, *OPTIONS, f"--user-data-dir={tmp_path / 'profile'}", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert [line for line in done.stderr.splitlines() if ":CONSOLE" in line] == []
    return done.stdout


@pytest.mark.parametrize("make", [sample.non_conformant, sample.incomplete])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_scrolls_sideways(make: Any, width: int, tmp_path: pathlib.Path) -> None:
    report = sample.with_requirements(make())
    report["console_tail"] = ["x" * 3000]
    report["results"][0].update(verdict="ERROR", reason="crashed", message="y" * 3000)
    seen = look(
        render_html(report),
        """() => {
          for (const one of document.querySelectorAll("details")) one.open = true;
          return [innerWidth, document.documentElement.scrollWidth, document.body.scrollWidth];
        }""",
        tmp_path,
        width,
    )
    assert seen[0] == width
    assert max(seen[1:]) <= width


def test_the_page_as_delivered_runs_its_script(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_html(sample.non_conformant()), encoding="utf-8")
    dom = _chromium(path, tmp_path)
    commands = dom.count('class="cmd"')
    assert commands > 10
    assert dom.count('<button type="button">Copy</button>') == commands
    assert '<form class="filter">' in dom  # shown by the script, so the policy let it run


def test_clauses_can_be_filtered(tmp_path: pathlib.Path) -> None:
    report = sample.non_conformant()
    seen = look(
        render_html(report),
        """() => {
          const by = (id) => document.getElementById(id);
          const ids = (all) => [...document.querySelectorAll(all)].map((one) => one.id);
          const shown = () => ids(".clauses tbody tr:not([hidden])");
          const told = [];
          const set = (id, value) => {
            by(id).value = value;
            by(id).dispatchEvent(new Event("input", {bubbles: true}));
          };
          told.push(shown());
          set("f-verdict", "FAIL"); told.push(shown());
          set("f-level", "SHOULD NOT"); told.push(shown());
          set("f-verdict", ""); set("f-level", "");
          set("f-text", "READ-ONLY disk"); told.push(shown());
          told.push(ids(".group:not([hidden])"));
          return told;
        }""",
        tmp_path,
    )
    assert seen[0] == [f"c-{clause['id']}" for clause in report["clauses"]]
    assert seen[1:] == [
        ["c-core-split-010", "c-pci-037", "c-blk-024"],
        ["c-core-split-010"],
        ["c-blk-024"],
        ["g-block"],
    ]


def test_copy_takes_the_command(tmp_path: pathlib.Path) -> None:
    seen = look(
        render_html(sample.non_conformant()),
        """() => {
          let taken = null;
          const writeText = (text) => { taken = text; return {then() {}}; };
          Object.defineProperty(navigator, "clipboard", {value: {writeText}});
          document.querySelector(".finding .cmd button").click();
          return taken;
        }""",
        tmp_path,
    )
    assert seen == "./avps run -t qemu-q35 -k 'notify_multiplier and 0000_00_02.0'"

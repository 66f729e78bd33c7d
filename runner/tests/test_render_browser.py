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
  document.getElementById("told").textContent = JSON.stringify(inside.eval({look}));
}};
</script>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"
    ),
]


DARK = "--blink-settings=preferredColorScheme=0"


def look(
    text: str, script: str, tmp_path: pathlib.Path, width: int = 390, option: str | None = None
) -> Any:
    """Open a page `width` pixels wide, run the function `script` in it, and return what it returns.

    The policy of the page is taken out of the copy, as it would not let the script in.
    """
    open_copy = re.sub(r"<meta http-equiv[^>]*>", "", text)
    frame = FRAME.format(width=width, page=html.escape(open_copy), look=json.dumps(f"({script})()"))
    path = tmp_path / "frame.html"
    path.write_text(frame, encoding="utf-8")
    dom = _chromium(path, tmp_path, *([option] if option else []))
    told = re.search(r'<pre id="told">(.+?)</pre>', dom, re.DOTALL)
    assert told, "the script did not run"
    return json.loads(html.unescape(told[1]))


def _chromium(path: pathlib.Path, tmp_path: pathlib.Path, *more: str) -> str:
    assert CHROMIUM
    done = subprocess.run(
        [CHROMIUM, *OPTIONS, *more, f"--user-data-dir={tmp_path / 'profile'}", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert [line for line in done.stderr.splitlines() if ":CONSOLE" in line] == []
    return done.stdout


@pytest.mark.parametrize("make", [sample.certificate, sample.incomplete])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_scrolls_sideways(make: Any, width: int, tmp_path: pathlib.Path) -> None:
    report = make()
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
    shown = re.findall(r'<form class="filter"[^>]*>', dom)  # by the script: the policy let it run
    assert len(shown) == 2 and not any("hidden" in form for form in shown)


FILTER = """
  const form = (of) => document.querySelector(`.filter[data-of="${of}"]`);
  const ids = (all) => [...document.querySelectorAll(all)].map((one) => one.id);
  const set = (of, key, value) => {
    const field = form(of).querySelector(`[data-key="${key}"]`);
    field.value = value;
    if (field.value !== value) throw new Error(`no option ${value}`);
    field.dispatchEvent(new Event("input", {bubbles: true}));
  };
  const count = (of) => form(of).querySelector("output").textContent;
"""


def test_clauses_can_be_filtered(tmp_path: pathlib.Path) -> None:
    report = sample.certificate()
    seen = look(
        render_html(report),
        "() => {"
        + FILTER
        + """
          const shown = () => ids(".clauses tbody tr:not([hidden])");
          const told = [shown()];
          set("clauses", "verdict", "FAIL"); told.push(shown());
          set("clauses", "level", "SHOULD NOT"); told.push(shown());
          set("clauses", "verdict", ""); set("clauses", "level", "");
          set("clauses", "text", "READ-ONLY disk"); told.push(shown());
          told.push(ids(".group:not([hidden])"), count("clauses"));
          set("clauses", "text", ""); set("clauses", "role", "advisory"); told.push(shown());
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
        f"1 of {len(report['clauses'])}",
        ["c-core-reserved-005", "c-blk-032"],
    ]


def test_requirements_and_tests_can_be_filtered(tmp_path: pathlib.Path) -> None:
    report = sample.certificate()
    seen = look(
        render_html(report),
        "() => {"
        + FILTER
        + """
          const rows = () => ids(".requirements tr[data-verdict]:not([hidden])");
          const chapters = () => ids(".requirements tbody:not([hidden]) .chapter");
          const told = [rows().length];
          set("requirements", "verdict", "FAIL"); told.push(rows(), chapters());
          set("requirements", "text", "storage"); told.push(rows());
          set("requirements", "text", ""); set("requirements", "verdict", "");
          set("requirements", "weight", "advice"); told.push(rows());
          set("requirements", "weight", ""); set("requirements", "provenance", "published");
          told.push(rows(), count("requirements"));
          const tests = () => ids(".grid tbody tr:not([hidden])");
          told.push(tests().length);
          set("tests", "verdict", "FAIL"); told.push(tests());
          set("tests", "text", "blk-024"); told.push(tests());
          set("tests", "verdict", ""); set("tests", "text", "entropy"); told.push(tests());
          return told;
        }""",
        tmp_path,
    )
    assert seen == [
        len(report["requirements"]),
        ["r-AVPS-BLK-1", "r-AVPS-BLK-3", "r-AVPS-NET-1"],
        ["s-2.6.1", "s-2.7.1"],
        ["r-AVPS-BLK-1", "r-AVPS-BLK-3"],
        ["r-AVPS-BOOT-1"],
        ["r-AVPS-BLK-4"],
        f"1 of {len(report['requirements'])}",
        len(sample.TESTS),
        [
            *("t-core.suppressed_notification_is_not_sent", "t-pci.notify_multiplier"),
            "t-block.write_to_read_only_disk",
        ],
        ["t-block.write_to_read_only_disk"],
        ["t-entropy.gives_bytes"],
    ]


def test_a_link_leads_to_what_is_folded_or_filtered_out(tmp_path: pathlib.Path) -> None:
    seen = look(
        render_html(sample.certificate()),
        "() => {"
        + FILTER
        + """
          set("clauses", "text", "nothing has these words");
          const row = document.getElementById("c-blk-024");
          const group = row.closest("details");
          group.open = false;
          const before = [row.hidden, group.hidden, group.open];
          location.hash = "#c-blk-024";
          group.open = false;  // the browser itself may have opened it
          dispatchEvent(new HashChangeEvent("hashchange"));
          return [before, [row.hidden, group.hidden, group.open]];
        }""",
        tmp_path,
    )
    assert seen == [[True, True, False], [False, False, True]]


CONTRAST = r"""() => {
  const parse = (text) => text.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((part) => {
    const p = part / 255;
    return p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    throw new Error("no ground");
  };
  for (const one of document.querySelectorAll("details")) one.open = true;
  const bad = [];
  let looked = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const one = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || one.closest("script, svg, option")) continue;
    const [a, b] = [light(parse(getComputedStyle(one).color)), light(ground(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    looked += 1;
    if (ratio < 4.5) bad.push([one.tagName, one.className, walk.currentNode.data, ratio]);
  }
  return [looked, bad.slice(0, 5), light(ground(document.body))];
}"""


@pytest.mark.parametrize("make", [sample.certificate, sample.incomplete])
@pytest.mark.parametrize("option", [None, DARK])
def test_all_text_has_contrast(make: Any, option: str | None, tmp_path: pathlib.Path) -> None:
    """WCAG AA, computed for every text as the browser paints it."""
    looked, bad, ground = look(render_html(make()), CONTRAST, tmp_path, 1280, option)
    assert looked > 500
    assert bad == []
    assert ground < 0.1 if option else ground > 0.9


def test_all_that_works_works_by_keyboard(tmp_path: pathlib.Path) -> None:
    seen = look(
        render_html(sample.certificate()),
        """() => {
          const native = "a[href], button, input, select, summary";
          const handled = [...document.querySelectorAll("*")].filter((one) => one.onclick);
          const named = (one) =>
            one.matches("input, select") ? one.labels.length : one.textContent.trim();
          return [
            handled.filter((one) => !one.matches(native)).length,
            [...document.querySelectorAll(native)].filter((one) => one.tabIndex < 0).length,
            [...document.querySelectorAll(native)].filter((one) => !named(one)).length,
            [...document.querySelectorAll("[tabindex]")].filter((one) => one.tabIndex > 0).length,
            document.querySelectorAll("th:not([scope]), section:not([aria-labelledby])").length,
          ];
        }""",
        tmp_path,
    )
    assert seen == [0, 0, 0, 0, 0]


def test_print_unfolds_the_evidence_and_folds_it_again(tmp_path: pathlib.Path) -> None:
    seen = look(
        render_html(sample.certificate()),
        """() => {
          const open = () => document.querySelectorAll("details[open]").length;
          const shut = (all) => document.querySelectorAll(all + ":not([open])").length;
          const told = [shut(".trace.first"), open()];
          dispatchEvent(new Event("beforeprint"));
          told.push(shut(".trace.first"), shut(".steps.request"), shut(".group:not([data-idle])"));
          dispatchEvent(new Event("afterprint"));
          told.push(open());
          return told;
        }""",
        tmp_path,
    )
    before, opened, *after, opened_after = seen
    assert before >= 4 and after == [0, 0, 0] and opened_after == opened


@pytest.mark.parametrize("option", [None, DARK])
def test_the_pdf_is_a4_and_light(option: str | None, tmp_path: pathlib.Path) -> None:
    report, pdf = tmp_path / "report.html", tmp_path / "report.pdf"
    report.write_text(render_html(sample.certificate()), encoding="utf-8")
    more = [f"--print-to-pdf={pdf}", "--no-pdf-header-footer", *([option] if option else [])]
    _chromium(report, tmp_path, *more)
    boxes = re.findall(rb"/MediaBox \[([\d. ]+)\]", pdf.read_bytes())
    assert len(boxes) > 5
    for box in boxes:
        _, _, width, height = map(float, box.split())
        assert abs(width - 595.28) < 1.5 and abs(height - 841.89) < 1.5
    if not shutil.which("pdftoppm") or not shutil.which("pdftotext"):
        return  # poppler-utils
    text = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = text.split("\f")[:-1]
    for number, page in enumerate(pages, 1):
        assert f"page {number} of {len(pages)}" in page
        assert "run 20260301-221507-qemu-q35" in page
    last = sample.TRACE[15].split("us")[1]
    assert " ".join(last.split()) in " ".join(text.split())  # traces are unfolded
    assert "Copy" not in text and "Search" not in text
    picture = subprocess.run(
        ["pdftoppm", "-r", "20", "-gray", "-f", "1", "-l", "4", pdf],
        capture_output=True,
        check=True,
    ).stdout
    light = sum(byte > 200 for byte in picture)
    assert light > 0.8 * len(picture)


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

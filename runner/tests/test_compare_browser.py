# SPDX-License-Identifier: GPL-2.0-or-later
"""compare.html in a real browser: the filter works, the headings stay, nothing scrolls sideways."""

from __future__ import annotations

import pathlib

import pytest
from avps.render.compare import render_compare
from test_compare import Nights, clause
from test_render_browser import look, pytestmark as in_browser

pytestmark = in_browser

SHOWN = """() => {
  const all = (what) => [...document.querySelectorAll(what)];
  const ids = () => all("tr[data-state]:not([hidden])").map((row) => row.id);
  const told = [ids()];
  const form = document.getElementById("filter");
  for (const state of ["all", "different", "fixed"]) {
    form.elements.state.value = state;
    form.dispatchEvent(new Event("input"));
    told.push(ids());
  }
  form.elements.state.value = "all";
  document.getElementById("f-text").value = "NET-001";
  form.dispatchEvent(new Event("input"));
  told.push(ids());
  told.push(all(".matrix tbody:not([hidden]) .chapter").map((row) => row.textContent.trim()));
  return told;
}"""

SCROLLED = """() => {
  const box = [...document.querySelectorAll("#clauses .matrix-scroll")][0];
  box.style.maxHeight = "12rem";
  document.querySelector("#f-text").form.elements.state.value = "all";
  document.querySelector("#filter").dispatchEvent(new Event("input"));
  box.scrollTo(600, 150);
  const top = box.getBoundingClientRect();
  const head = box.querySelector("thead").getBoundingClientRect();
  const first = box.querySelector("tbody tr[data-state] th").getBoundingClientRect();
  return {
    page: document.documentElement.scrollWidth <= innerWidth,
    scrolled: box.scrollLeft > 100 && box.scrollTop > 10,
    head: Math.abs(head.top - top.top) <= 2,
    first: Math.abs(first.left - top.left) <= 2,
  };
}"""


def test_rows_can_be_filtered(tmp_path: pathlib.Path) -> None:
    nights = Nights(tmp_path)
    nights.add(clause("FAIL", "blk-002"), clause("FAIL", "net-001"))
    nights.add(clause("FAIL"), clause("FAIL", "net-001"))
    every = ["m-avps-2-0--VIRTIO-1-1-AVPS-BLK-1", "m-blk-001", "m-blk-002", "m-net-001"]
    assert look(render_compare(nights.compare()), SHOWN, tmp_path) == [
        ["m-blk-001"],  # at first what regressed
        every,
        ["m-blk-001", "m-blk-002"],
        ["m-blk-002"],
        ["m-net-001"],
        ["net"],
    ]


@pytest.mark.parametrize("width", [390, 1280])
def test_headings_stay_while_the_table_scrolls(width: int, tmp_path: pathlib.Path) -> None:
    nights = Nights(tmp_path)
    for _ in range(28):
        nights.add()
    seen = look(render_compare(nights.compare()), SCROLLED, tmp_path, width)
    assert seen == {"page": True, "scrolled": True, "head": True, "first": True}

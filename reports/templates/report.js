// SPDX-License-Identifier: GPL-2.0-or-later
// Adds what the page can do without: copy buttons, filters, and a print that hides nothing.
"use strict";

const said = document.getElementById("said");

function copy(code, button) {
  const done = (ok) => {
    button.textContent = ok ? "Copied" : "Press Ctrl+C";
    said.textContent = ok ? "Command copied" : "Command selected, press Ctrl+C";
    button.onblur = () => (button.textContent = "Copy");
  };
  const select = () => {
    getSelection().selectAllChildren(code);
    done(document.execCommand("copy"));
  };
  // A page opened as a file may have no clipboard, or be refused it.
  if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(() => done(true), select);
  else select();
}

for (const box of document.querySelectorAll(".cmd")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.onclick = () => copy(box.firstElementChild, button);
  box.append(button);
}

// A filter belongs to the rows of one table or list: a word in each select, all words of the search.
class Filter {
  constructor(form) {
    this.form = form;
    this.root = document.querySelector(`[data-rows="${form.dataset.of}"]`);
    this.rows = [...this.root.querySelectorAll("tr[data-verdict]")].map((row) => {
      const group = row.closest("[data-group]");
      const head = group.querySelector("summary, .chapter, h3");
      return { row, group, text: (row.textContent + " " + head.textContent).toLowerCase() };
    });
    form.hidden = false;
    form.oninput = () => this.apply();
    form.onsubmit = (event) => event.preventDefault();
    this.apply();
  }

  apply() {
    const fields = [...this.form.querySelectorAll("[data-key]")].map((one) => [one.dataset.key, one.value]);
    const words = fields.find(([key]) => key === "text")[1].toLowerCase().split(/\s+/);
    const chosen = fields.filter(([key, value]) => key !== "text" && value);
    // A test has several verdicts, one for each place; all other values are whole.
    const has = (row, key, value) => {
      const own = row.dataset[key];
      return own === value || (key === "verdict" && own.split(" ").includes(value));
    };
    let shown = 0;
    for (const one of this.rows) {
      const fits = chosen.every(([key, value]) => has(one.row, key, value)) && words.every((w) => one.text.includes(w));
      one.row.hidden = !fits;
      shown += fits;
    }
    const filtered = shown < this.rows.length;
    for (const group of this.root.querySelectorAll("[data-group]")) {
      const some = group.querySelector("tr[data-verdict]:not([hidden])");
      group.hidden = !some;
      // What is found must be seen; what was folded before is folded again after.
      if (group.tagName !== "DETAILS") continue;
      if (filtered && some && !group.open) group.open = group.dataset.folded = true;
      else if (!filtered && group.dataset.folded) {
        group.open = false;
        delete group.dataset.folded;
      }
    }
    this.form.querySelector("output").textContent = `${shown} of ${this.rows.length}`;
  }

  reset() {
    this.form.reset();
    this.apply();
  }
}

const filters = [...document.querySelectorAll(".filter")].map((form) => new Filter(form));

// A link must lead to its place, also where that is folded away or filtered out.
function reveal() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!place) return;
  if (place.hidden || place.closest("[hidden]")) for (const one of filters) if (one.root.contains(place)) one.reset();
  let opened = false;
  for (let at = place; at; at = at.parentElement) {
    if (at.tagName === "DETAILS" && !at.open) opened = at.open = true;
  }
  if (opened || place.dataset.verdict) place.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

// Paper has nothing to unfold; print.css says what is worth its space.
const unfold = ".trace.first, .steps:not(.start):not(.queues), .group:not([data-idle]), .again";
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll(unfold)) {
    if (!one.open) one.open = one.dataset.printed = true;
  }
});
addEventListener("afterprint", () => {
  for (const one of document.querySelectorAll("[data-printed]")) {
    one.open = false;
    delete one.dataset.printed;
  }
});

// SPDX-License-Identifier: GPL-2.0-or-later
// Adds what the page can do without: copy buttons and the filter of the clauses.
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

const form = document.querySelector(".filter");
const rows = [...document.querySelectorAll(".clauses tbody tr")].map((row) => ({
  row,
  text: row.textContent.toLowerCase(),
  verdict: row.querySelector(".v").classList[1],
  level: row.querySelector(".level").textContent,
}));

function filter() {
  const [text, verdict, level] = ["text", "verdict", "level"].map((n) => document.getElementById("f-" + n).value);
  const words = text.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const one of rows) {
    const fits = (!verdict || one.verdict === verdict) && (!level || one.level === level) && words.every((w) => one.text.includes(w));
    one.row.hidden = !fits;
    shown += fits;
  }
  for (const group of document.querySelectorAll(".group")) group.hidden = !group.querySelector("tbody tr:not([hidden])");
  document.getElementById("f-count").textContent = `${shown} of ${rows.length}`;
}

form.hidden = false;
form.oninput = filter;
form.onsubmit = (event) => event.preventDefault();
filter();

// A link to a clause that the filter hides must still lead there.
function reveal() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!row || !row.closest(".clauses")) return;
  row.closest("details").open = true;
  if (row.hidden) {
    form.reset();
    filter();
  }
  row.scrollIntoView();
}
addEventListener("hashchange", reveal);

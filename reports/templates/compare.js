// SPDX-License-Identifier: GPL-2.0-or-later
// Adds what the page can do without: showing only rows that differ, regressed or were fixed.
"use strict";

const form = document.getElementById("filter");
const rows = [...document.querySelectorAll(".matrix tr[data-state]")].map((row) => ({
  row,
  states: row.dataset.state.split(" ").concat("all"),
  text: row.textContent.toLowerCase(),
}));
const count = (state) => rows.filter((one) => one.states.includes(state)).length;

function filter() {
  const state = form.elements.state.value;
  const words = document.getElementById("f-text").value.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const one of rows) {
    const fits = one.states.includes(state) && words.every((word) => one.text.includes(word));
    one.row.hidden = !fits;
    shown += fits;
  }
  for (const part of document.querySelectorAll(".matrix tbody")) part.hidden = !part.querySelector("tr[data-state]:not([hidden])");
  document.getElementById("f-count").textContent = `${state === "all" ? "" : state + ": "}${shown} of ${rows.length} rows`;
}

for (const button of form.elements.state) {
  button.parentElement.append(` (${count(button.value)})`);
  button.disabled = count(button.value) === 0;
}
// What a reader most likely came for.
form.elements.state.value = ["regressed", "different", "all"].find(count) || "all";
form.hidden = false;
form.oninput = filter;
form.onsubmit = (event) => event.preventDefault();
filter();

// A link to a row that the filter hides must still lead there.
function reveal() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!row || !row.closest(".matrix")) return;
  if (row.hidden) {
    form.elements.state.value = "all";
    document.getElementById("f-text").value = "";
    filter();
  }
  row.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", reveal);
reveal();

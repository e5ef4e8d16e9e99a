import { events, recordings } from "./events.js";
import { live } from "./live.js";
import { cameras, isConnected, listen, stream, trouble } from "./stream.js";
import { system } from "./system.js";
import { capital, causeInWords, counted, length } from "./words.js";

// The view and its filters stand in the address, behind the #: `#events?day=2026-11-28&camera=front`.
const views = { live, events, recordings, system };
const main = document.getElementById("main"), status = document.getElementById("status"), keys = document.getElementById("keys");
let ending = new AbortController(), current = null;

function go(view, query) {
  const words = query?.toString();
  location.hash = view + (words ? "?" + words : "");
}

function show() {
  const [name, words] = location.hash.slice(1).split("?");
  const view = name in views ? name : "live";
  ending.abort();
  ending = new AbortController();
  document.title = capital(view) + " · yolostream";
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === "#" + view) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  main.dataset.view = view;
  window.scrollTo(0, 0);
  current = views[view](main, new URLSearchParams(words), ending.signal, go);
}

// What deserves attention stands on top of each view.
function summarise() {
  const all = [...cameras.values()].filter((each) => each.state !== "disabled");
  const troubles = all.filter((each) => trouble(each)?.outage);
  const up = all.filter((each) => each.state === "up").length;
  let text = up + " of " + counted(all.length, "camera") + " online";
  if (!isConnected) text = "no connection; trying again…";
  else if (troubles.length === 1) {
    const [report] = troubles, problem = trouble(report);
    text = report.name + " offline for " + length(problem.outage) + (problem.cause ? ": " + causeInWords(problem.cause) : "");
  } else if (troubles.length) text = counted(troubles.length, "camera") + " offline";
  status.dataset.state = !isConnected ? "unknown" : troubles.length ? "down" : up === all.length ? "up" : "connecting";
  document.body.classList.toggle("lost", !isConnected);
  if (status.textContent !== text) status.textContent = text;
}

addEventListener("hashchange", show);
addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (target.matches("input:not([type=range]), textarea, select, [contenteditable]")) return;
  // Space and arrows belong to what has the focus, where it takes them.
  if (event.key === " " && target.closest("button, a, input, summary")) return;
  if (event.key.startsWith("Arrow") && target.matches("input, [role=slider], canvas")) return;
  const view = Object.keys(views)["1234".indexOf(event.key)];
  if (view && event.key.length === 1) go(view);
  else if (event.key === "?") keys.showModal();
  else if (!current?.key?.(event.key)) return;
  event.preventDefault();
});
for (const name of ["cameras", "camera", "connection"]) stream.addEventListener(name, summarise);
setInterval(summarise, 1000);
show();
listen();

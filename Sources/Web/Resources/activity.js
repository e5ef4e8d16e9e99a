import { colourOf } from "./boxes.js";
import { ask, h } from "./dom.js";
import { capital, date } from "./words.js";

const hour = 3_600_000;
const spans = [["24h", 24, "last 24 hours"], ["7d", 168, "last 7 days"], ["31d", 744, "last 31 days"]];

const moment = (time) => date(time) + " " + new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function drawn(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const sum = (counts, name) => {
  const found = new Map();
  for (const each of counts) found.set(name(each), (found.get(name(each)) ?? 0) + each.count);
  return [...found].sort((one, other) => other[1] - one[1]);
};

/** Bars of the objects that appeared in each hour, classes above each other, and what they came to in all. */
function bars(counts, hours, words) {
  const starts = counts.filter((each) => each.type === "start");
  const classes = sum(starts, (each) => each.label);
  const first = Math.floor((Date.now() - (hours - 1) * hour) / hour) * hour;
  const columns = Array.from({ length: hours }, () => []);
  for (const each of starts) columns[Math.round((Date.parse(each.hour) - first) / hour)]?.push(each);
  const most = Math.max(1, ...columns.map((each) => each.reduce((all, { count }) => all + count, 0)));
  const shapes = columns.flatMap((column, index) => {
    let below = 0;
    return classes.flatMap(([label]) => {
      const count = column.filter((each) => each.label === label).reduce((all, each) => all + each.count, 0);
      if (!count) return [];
      below += count;
      return [drawn("rect", { x: index + 0.08, width: 0.84, y: 1 - below / most, height: count / most, fill: colourOf(label) },
        drawn("title", {}, moment(first + index * hour) + ": " + label + " " + count))];
    });
  });
  const places = [
    ...sum(counts.filter((each) => each.type === "line"), (each) => each.line + " " + each.direction),
    ...sum(counts.filter((each) => each.type === "zone_enter"), (each) => each.zone + " entered"),
  ];
  const total = classes.map(([label, count]) => label + " " + count.toLocaleString()).join(", ") || "nothing";
  const chart = drawn("svg", { viewBox: "0 0 " + hours + " 1", preserveAspectRatio: "none", role: "img", "aria-label": "Objects by the hour, " + words + ": " + total }, ...shapes);
  return h("figure", { class: "bars" },
    h("figcaption", {}, "Objects that appeared, by the hour; at most " + most.toLocaleString() + " in one"), chart,
    h("p", { class: "ends" }, h("span", {}, moment(first)), h("span", {}, "now")),
    h("ul", { class: "totals" },
      ...classes.map(([label, count]) => {
        const mark = h("i", { "aria-hidden": "true" });
        mark.style.background = colourOf(label);
        return h("li", {}, mark, label + " " + count.toLocaleString());
      }),
      ...places.map(([name, count]) => h("li", {}, name + " " + count.toLocaleString()))));
}

/** What went on in front of one camera: where objects spent time, and how many came by the hour. `offer` names the cameras. */
export function activity(signal) {
  const camera = h("select"), all = h("input", { type: "checkbox" });
  const span = h("select", {}, ...spans.map(([value, , words]) => h("option", { value }, capital(words))));
  const map = h("img", {}), chart = h("div"), note = h("p", { role: "status" });
  const root = h("section", { class: "activity", "aria-labelledby": "activity" },
    h("h2", { id: "activity" }, "Activity"),
    h("p", { class: "actions" }, h("label", {}, "Camera ", camera), h("label", {}, "Time ", span), h("label", {}, all, " Stationary objects too")),
    note, map, chart);
  root.hidden = true;
  let known = [];
  map.addEventListener("error", () => { map.hidden = true; });
  map.addEventListener("load", () => { map.hidden = false; });
  const show = async () => {
    const name = camera.value, [value, hours, words] = spans.find((each) => each[0] === span.value);
    map.hidden = true;
    map.alt = "Where objects spent time in front of " + name + ", " + words;
    // The heat map of a collector's camera is at its box.
    if (!known.find((each) => each.name === name)?.box) {
      map.src = "/api/v1/heatmap/" + encodeURIComponent(name) + ".png?" + new URLSearchParams({ after: value, ...(all.checked ? { all: 1 } : {}) });
    }
    try {
      const after = new Date(Math.floor((Date.now() - (hours - 1) * hour) / hour) * hour).toISOString();
      const answer = await ask("/api/v1/events/summary?" + new URLSearchParams({ by: "hour", camera: name, after }), { signal });
      if (camera.value !== name || span.value !== value) return;
      note.textContent = "";
      chart.replaceChildren(bars(answer.hours, hours, words));
    } catch (error) {
      if (error.name === "AbortError") return;
      chart.replaceChildren();
      note.textContent = capital(error.message);
    }
  };
  for (const each of [camera, span, all]) each.addEventListener("change", show);
  const offer = (cameras) => {
    if (cameras.length === known.length && cameras.every((each, index) => each.name === known[index].name)) return;
    const chosen = camera.value;
    known = cameras;
    root.hidden = !cameras.length;
    camera.replaceChildren(...cameras.map((each) => h("option", { value: each.name }, each.name)));
    if (cameras.some((each) => each.name === chosen)) camera.value = chosen;
    if (cameras.length) show();
  };
  return { root, offer };
}

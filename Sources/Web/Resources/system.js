import { activity } from "./activity.js";
import { ask, h } from "./dom.js";
import { trouble } from "./stream.js";
import { bytes, capital, causeInWords, length } from "./words.js";

const columns = [
  ["Camera", (each) => each.name],
  ["State", (each) => state(each)],
  ["Size", (each) => (each.width ? each.width + "×" + each.height : "–")],
  // A collector knows no more of its cameras.
  ["Inferred", (each) => each.inferred?.toLocaleString() ?? "–"],
  ["Still", (each) => each.still?.toLocaleString() ?? "–"],
  ["Missed", (each) => each.missed?.toLocaleString() ?? "–"],
  ["Age p50 / p99", (each) => each.age_ms ? Math.round(each.age_ms.p50) + " / " + Math.round(each.age_ms.p99) + " ms" : "–"],
  ["Outages", (each) => each.outages ? String(Object.values(each.outages).reduce((sum, count) => sum + count, 0)) : "–"],
];

const sinkColumns = [
  ["Receiver", (each) => each.name],
  ["State", (each) => each.state + (each.last_failure ? ": " + each.last_failure : "")],
  ["Waiting", (each) => each.waiting?.toLocaleString() ?? "–"],
  ["Delivered", (each) => each.delivered?.toLocaleString() ?? "–"],
  ["Lost", (each) => each.lost?.toLocaleString() ?? "–"],
];

const table = (label, columns, body) => h("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": label },
  h("table", {}, h("thead", {}, h("tr", {}, ...columns.map(([name]) => h("th", { scope: "col" }, name)))), body));

const rows = (columns, things) => things.map((each) => h("tr", {}, ...columns.map(([, write], index) =>
  (index ? h("td", {}, write(each)) : h("th", { scope: "row" }, write(each))))));

function state(report) {
  const problem = trouble({ ...report, heard: Date.now() });
  if (!problem) return report.state === "disabled" ? "switched off" : "online";
  return problem.outage === null ? "connecting" : "offline for " + length(problem.outage) + ": " + causeInWords(problem.cause);
}

/** The state of the service: cameras in figures, who gets its events, the process, its storage; the configuration can be read again. */
export function system(main, query, signal) {
  const body = h("tbody"), sinks = h("tbody"), figures = h("dl", { class: "figures" }), answer = h("p", { class: "answer", role: "status" });
  const reload = h("button", { type: "button", class: "button", onclick: async () => {
    reload.disabled = true;
    try { answer.textContent = capital((await ask("/api/v1/reload", { method: "POST" })).message); } catch (error) {
      answer.textContent = capital(error.message);
    }
    reload.disabled = false;
  } }, "Read the configuration again");
  const receivers = table("Receivers of events", sinkColumns, sinks);
  receivers.hidden = true;
  const pane = activity(signal);
  main.replaceChildren(h("section", { class: "system" },
    h("h1", {}, "System"), figures, table("Cameras in figures", columns, body), receivers,
    h("p", { class: "actions" }, reload,
      h("a", { class: "button", href: "/metrics" }, "Metrics"),
      h("button", { type: "button", class: "button", onclick: () => document.getElementById("keys").showModal() }, "Keys")),
    answer, pane.root));
  const refresh = async () => {
    try {
      const [cameras, stats, about] = await Promise.all(
        ["/api/v1/cameras", "/api/v1/stats", "/version"].map((address) => ask(address, { signal })));
      body.replaceChildren(...rows(columns, cameras));
      pane.offer(cameras);
      sinks.replaceChildren(...rows(sinkColumns, stats.sinks ?? []));
      receivers.hidden = !stats.sinks?.length;
      const facts = [
        ["Version", about.version], ["Running for", length(stats.uptime_s)], ["Memory", bytes(stats.resident_bytes)],
        ["Processor", (stats.cpu_s / Math.max(1, stats.uptime_s)).toFixed(2) + " cores"],
        ["Events", Object.values(stats.events).reduce((sum, count) => sum + count, 0).toLocaleString()],
      ];
      if (stats.storage) facts.push(["Recordings", bytes(stats.storage.used_bytes)], ["Free on the disk", bytes(stats.storage.free_bytes)]);
      figures.replaceChildren(...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
    } catch (error) { if (error.name !== "AbortError") answer.textContent = capital(error.message); }
  };
  refresh();
  const timer = setInterval(refresh, 5000);
  signal.addEventListener("abort", () => clearInterval(timer));
}

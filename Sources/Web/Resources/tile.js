import { begin, drawDetections } from "./boxes.js";
import { cameraAddress, h } from "./dom.js";
import { cameras, isConnected, trouble } from "./stream.js";
import { capital, causeInWords, clock, length, several } from "./words.js";

/**
 * A camera in the overview: its last frame with boxes, name, clock and what is seen.
 *
 * A frame is fetched when there is a new one, the tile is in sight and the last fetch is done: many cameras need few
 * connections (browsers give a site six), and a slow network sees fewer frames instead of old ones.
 */
export class Tile {
  constructor(name) {
    this.name = name;
    this.image = h("img", { alt: "", hidden: true });
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.note = h("span", { class: "note" });
    this.label = h("span", { class: "name" }, h("i", { class: "dot", "aria-hidden": "true" }), name);
    this.time = h("time", { class: "clock" });
    this.seen = h("span", { class: "seen" });
    this.root = h("a", { class: "tile", href: "#live?camera=" + encodeURIComponent(name) },
      h("span", { class: "stage" }, this.image, this.canvas, this.note),
      h("span", { class: "caption" }, this.label, this.seen, this.time));
    this.isInSight = true;
    this.image.onload = () => this.loaded();
    this.image.onerror = () => { this.isLoading = false; };
    this.show();
  }

  /** Takes in what a frame shows. */
  detected(message) {
    this.latest = message;
    const counts = new Map();
    for (const thing of message.detections) counts.set(thing.label, (counts.get(thing.label) ?? 0) + 1);
    const text = [...counts].map(([label, count]) => several(label, count)).join(" · ");
    if (this.seen.textContent !== text) this.seen.textContent = text;
    this.time.textContent = clock(message.ts ?? Date.now());
    this.fetchFrame();
  }

  fetchFrame() {
    this.isStale = this.isLoading || !this.isInSight || document.hidden;
    if (this.isStale) return;
    this.isLoading = true;
    this.drawn = this.latest;
    this.image.src = cameraAddress(this.name, "/latest.jpg?at=" + Math.round(performance.now()));
  }

  loaded() {
    this.isLoading = false;
    this.image.hidden = false;
    const { naturalWidth, naturalHeight } = this.image;
    this.root.style.setProperty("--ratio", naturalWidth / naturalHeight);
    const area = begin(this.canvas, naturalWidth, naturalHeight);
    if (this.drawn && !this.note.textContent) drawDetections(area, this.drawn);
    if (this.isStale) this.fetchFrame();
  }

  /** Shows the state that the camera is in now. */
  show() {
    const report = cameras.get(this.name) ?? { state: "connecting" };
    const problem = trouble(report);
    this.root.dataset.state = isConnected ? report.state : "unknown";
    const lines = problem ? describe(problem) : report.state === "disabled" ? ["Switched off"] : [];
    if (!lines.length && this.image.hidden && !this.latest) lines.push("Waiting for the first frame…");
    const text = lines.join("\n");
    if (this.note.textContent !== text) this.note.textContent = text;
    if (problem || report.state === "disabled") {
      this.seen.textContent = "";
      if (this.canvas.width) begin(this.canvas, 1, 1);
    } else if (!this.latest && report.frames > 0) this.fetchFrame();
    const state = { up: "online", down: "offline", disabled: "switched off" }[report.state] ?? "connecting";
    this.image.alt = "Frame of " + this.name;
    this.root.setAttribute("aria-label", this.name + ", " + (isConnected ? state : "state unknown"));
  }
}

/** What is wrong, line by line: since when, why, and when it is tried again. */
export function describe(problem) {
  if (problem.title) return [problem.title];
  const lines = [problem.outage === null ? "Connecting…" : "Offline for " + length(problem.outage)];
  if (problem.outage !== null && problem.cause) lines.push(capital(causeInWords(problem.cause)));
  if (problem.outage !== null) lines.push(problem.rest > 0 ? "Next attempt in " + length(problem.rest) : "Trying now…");
  return lines;
}

/** Frames that came while nobody looked are fetched when somebody does. */
export function followSight(tiles) {
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      for (const tile of tiles.values()) {
        if (tile.root !== entry.target) continue;
        tile.isInSight = entry.isIntersecting;
        if (tile.isInSight && tile.isStale) tile.fetchFrame();
      }
    }
  });
  const resume = () => {
    if (!document.hidden) for (const tile of tiles.values()) if (tile.isStale) tile.fetchFrame();
  };
  document.addEventListener("visibilitychange", resume);
  return { observer, end: () => { observer.disconnect(); document.removeEventListener("visibilitychange", resume); } };
}


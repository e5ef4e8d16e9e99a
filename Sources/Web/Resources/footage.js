// Continuous recordings: what cameras recorded on a day, and a player that goes through it by the time of day.

import { ask, h, icon, iconButton, relabel } from "./dom.js";
import { clock, date, startOf } from "./words.js";

const address = (camera, part, words) =>
  "/api/v1/recordings/" + encodeURIComponent(camera) + part + "?" + new URLSearchParams(words);

/** The segments that cameras recorded on a day, by their start: `{camera: [{start, end, hasMotion}, …]}`, in milliseconds. */
export async function segments(day, names, signal) {
  const span = { after: startOf(day).toISOString(), before: startOf(day, 1).toISOString() };
  const lists = await Promise.all(names.map(async (name) => {
    try {
      const found = await ask(address(name, "", span), { signal });
      return found.segments.map(({ start, end, motion }) => ({ start: Date.parse(start), end: Date.parse(end), hasMotion: motion }));
    } catch (error) {
      if (error.name === "AbortError") throw error;
      // A camera that is gone, or a service without recordings.
      return [];
    }
  }));
  return Object.fromEntries(names.map((name, place) => [name, lists[place]]));
}

/** What segments cover, as few spans as possible: gaps of at most `gap` milliseconds are none. */
export function spans(segments, gap = 2000) {
  const found = [];
  for (const { start, end } of segments) {
    const last = found.at(-1);
    if (last && start - last[1] <= gap) last[1] = Math.max(last[1], end); else found.push([start, end]);
  }
  return found;
}

/** The segment that holds `time`, or else the next one, or else the last. */
export const segmentAt = (segments, time) => segments.find((each) => each.end > time) ?? segments.at(-1);

/** Plays what a camera recorded, from any time of the day on and from one segment to the next. */
export class Footage {
  /** `changed(time)` hears which moment is shown. */
  constructor(changed, signal) {
    this.changed = changed;
    this.list = [];
    this.video = h("video", { playsinline: true, preload: "auto", "aria-label": "Recording" });
    this.video.muted = true;
    this.note = h("p", { class: "note", role: "status" });
    this.stage = h("div", { class: "stage large", onclick: () => this.toggle() }, this.video, this.note);
    this.playing = iconButton("play", "Play", () => this.toggle());
    this.time = h("output", { "aria-label": "Time of day" });
    // The hour around what is shown: fine enough for a finger and for arrow keys.
    this.hour = h("input", { type: "range", min: 0, max: 3600, step: 1, "aria-label": "Time within the hour" });
    this.bar = h("div", { class: "day", "aria-hidden": "true" });
    this.ends = [h("span", { class: "time", "aria-hidden": "true" }), h("span", { class: "time", "aria-hidden": "true" })];
    this.place = h("span");
    this.facts = h("p", { class: "facts" }, this.place, " ", this.time);
    this.download = h("a", { class: "button", "aria-label": "Download this minute", title: "Download this minute" }, icon("download"));
    this.full = iconButton("full", "Full screen", () => this.stage.requestFullscreen?.());
    this.root = h("section", { class: "player footage", "aria-label": "Recording of a camera" }, this.stage,
      h("div", { class: "controls" }, this.playing, this.ends[0], h("div", { class: "within" }, this.bar, this.hour), this.ends[1]),
      h("div", { class: "toolbar" }, this.facts, this.download, this.full));
    this.root.hidden = true;
    this.listen(signal);
  }

  listen(signal) {
    const { video } = this;
    video.onloadedmetadata = () => this.arrive();
    video.ontimeupdate = video.onseeked = () => this.showTime();
    video.onplay = video.onpause = () =>
      relabel(this.playing, video.paused ? "play" : "pause", video.paused ? "Play" : "Pause");
    video.onended = () => this.follow();
    video.onerror = () => {
      if (video.getAttribute("src")) this.note.textContent = "This recording cannot be played here: it can be downloaded.";
    };
    this.hour.oninput = () => {
      const time = this.begin + Number(this.hour.value) * 1000;
      this.write(time);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.timer = null; this.seek(time); }, 150);
    };
    signal.addEventListener("abort", () => {
      clearTimeout(this.timer);
      this.close();
    });
  }

  /** Shows what `camera`, which recorded `list`, saw at `time`, and plays it if asked to. */
  open(camera, list, time, isPlaying) {
    if (camera !== this.camera) this.segment = null;
    [this.camera, this.list, this.begin] = [camera, list, null];
    this.root.hidden = false;
    this.seek(time, isPlaying);
  }

  /** Takes segments that are new since. */
  renew(list) {
    this.list = list;
    this.begin = null;
    if (this.segment) this.showTime();
  }

  /** Nothing is shown. */
  close() {
    this.root.hidden = true;
    this.segment = null;
    this.video.removeAttribute("src");
    this.video.load();
  }

  /** Shows what was recorded at `time`, or else what came next. */
  seek(time, isPlaying = !this.video.paused) {
    const segment = segmentAt(this.list, time);
    this.note.textContent = "";
    if (!segment) return;
    this.isPlaying = isPlaying;
    this.target = Math.min(Math.max(time, segment.start), segment.end - 40);
    if (segment.start === this.segment?.start && this.video.readyState > 0 && !this.video.error) return this.arrive();
    this.segment = segment;
    const at = new Date(segment.start).toISOString();
    this.video.src = this.download.href = address(this.camera, "/segment.mp4", { at });
    this.download.download = this.camera + "-" + at.replaceAll(":", "") + ".mp4";
    this.write(this.target);
  }

  /** The segment is there. */
  arrive() {
    const { video } = this;
    if (video.videoWidth) this.stage.style.setProperty("--ratio", video.videoWidth / video.videoHeight);
    video.currentTime = (this.target - this.segment.start) / 1000;
    if (this.isPlaying) video.play().catch(() => {});
    this.showTime();
  }

  /** The segment is over: the next one follows. */
  follow() {
    const next = this.list.find((each) => each.start > this.segment.start);
    if (next) this.seek(next.start, true); else this.note.textContent = "Nothing was recorded after this.";
  }

  showTime() {
    // While somebody looks for a time, what is shown until then does not matter.
    if (!this.segment || this.timer || this.video.readyState < 1 || this.video.seeking) return;
    this.write(this.segment.start + this.video.currentTime * 1000);
  }

  /** Writes that `time` is shown. */
  write(time) {
    const text = clock(time), begin = new Date(time).setMinutes(0, 0, 0);
    if (begin !== this.begin) this.showHour(begin);
    if (this.time.value !== text) this.time.value = text;
    this.hour.value = Math.round((time - begin) / 1000);
    this.hour.setAttribute("aria-valuetext", text);
    this.place.textContent = this.camera + " · " + date(time);
    this.changed(time);
  }

  /** What was recorded in the hour that begins at `begin`. */
  showHour(begin) {
    this.begin = begin;
    const share = (time) => Math.min(1, Math.max(0, (time - begin) / 3_600_000)) * 100;
    const near = this.list.filter((each) => each.end > begin && each.start < begin + 3_600_000);
    this.bar.replaceChildren(...spans(near).map(([from, to]) => stretch("recorded", share(from), share(to))),
      ...spans(near.filter((each) => each.hasMotion)).map(([from, to]) => stretch("recorded motion", share(from), share(to))));
    const words = { hour: "2-digit", minute: "2-digit" };
    [begin, begin + 3_600_000].forEach((time, end) => { this.ends[end].textContent = new Date(time).toLocaleTimeString([], words); });
  }

  toggle() {
    const { video } = this;
    if (!video.getAttribute("src")) return;
    if (video.paused) video.play().catch(() => {}); else video.pause();
  }

  step(seconds) {
    if (this.segment) this.seek(this.segment.start + (this.video.currentTime + seconds) * 1000);
  }

  /** Takes a key; whether it was one of its own. */
  key(name) {
    const does = {
      " ": () => this.toggle(), ArrowLeft: () => this.step(-2), ArrowRight: () => this.step(2), d: () => this.download.click(),
      f: () => (document.fullscreenElement ? document.exitFullscreen() : this.stage.requestFullscreen?.()),
    }[name];
    does?.();
    return Boolean(does);
  }
}

/** A piece of a bar, from one place to another in percent. */
export function stretch(kind, from, to) {
  const made = h("i", { class: kind });
  made.style.left = from + "%";
  made.style.width = Math.max(0, to - from) + "%";
  return made;
}

import { begin, colourOf, drawBox } from "./boxes.js";
import { eventAddress, h, icon, iconButton, relabel } from "./dom.js";
import { boxAt, keep, remove, trace } from "./history.js";
import { capital, clock, date, length } from "./words.js";

/** Shows an item: the clip from the moment at which the object appears, its boxes above it, and what can be done with it. */
export class Player {
  /** `actions`: `next`, `previous`, and `changed(item)` and `removed(item)` after it was kept or deleted. */
  constructor(actions, signal) {
    this.actions = actions;
    this.hasBoxes = true;
    this.traces = new Map();
    this.video = h("video", { playsinline: true, preload: "metadata", "aria-label": "Clip" });
    this.video.muted = true;
    this.image = h("img", { alt: "", hidden: true });
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.note = h("p", { class: "note" });
    this.stage = h("div", { class: "stage large", onclick: () => this.toggle() }, this.video, this.image, this.canvas, this.note);
    this.playing = iconButton("play", "Play", () => this.toggle());
    this.time = h("output", { class: "time", "aria-label": "Time since the object appeared" });
    this.seek = h("input", { type: "range", min: 0, max: 1, step: 0.05, value: 0, "aria-label": "Place in the clip" });
    this.left = h("span", { class: "time" });
    this.boxes = iconButton("boxes", "Boxes", () => this.toggleBoxes(), { "aria-pressed": true });
    this.keeping = iconButton("keep", "Keep", () => this.toggleKept(), { "aria-pressed": false });
    this.download = h("a", { class: "button", "aria-label": "Download the clip", title: "Download the clip" }, icon("download"));
    this.deleting = iconButton("delete", "Delete", () => this.delete());
    this.full = iconButton("full", "Full screen", () => this.stage.requestFullscreen?.());
    this.controls = h("div", { class: "controls" }, this.playing, this.time, this.seek, this.left);
    this.facts = h("p", { class: "facts" });
    this.choices = h("div", { class: "choices" });
    this.root = h("section", { class: "player", "aria-label": "Player" }, this.stage, this.controls,
      h("div", { class: "toolbar" }, this.facts,
        iconButton("previous", "Previous (p)", () => actions.previous()), iconButton("next", "Next (n)", () => actions.next()),
        this.boxes, this.keeping, this.download, this.deleting, this.full),
      this.choices);
    this.listen(signal);
  }

  listen(signal) {
    const { video } = this;
    video.onloadedmetadata = () => this.arrive();
    video.ontimeupdate = video.onseeked = video.ondurationchange = () => this.showTime();
    video.onplay = video.onpause = () =>
      relabel(this.playing, video.paused ? "play" : "pause", video.paused ? "Play" : "Pause");
    video.onerror = () => { if (video.getAttribute("src")) this.showStill("The clip cannot be played here: it can be downloaded."); };
    this.image.onload = () => this.setRatio(this.image.naturalWidth, this.image.naturalHeight);
    this.seek.oninput = () => { video.currentTime = Number(this.seek.value); };
    const observer = new ResizeObserver(() => this.draw());
    observer.observe(this.stage);
    const follow = () => {
      if (signal.aborted) return;
      requestAnimationFrame(follow);
      if (!video.paused) this.draw();
    };
    follow();
    signal.addEventListener("abort", () => {
      observer.disconnect();
      this.loading?.abort();
      video.removeAttribute("src");
      video.load();
    });
  }

  /** Shows `item`, and plays it if asked to. */
  open(item, isPlaying) {
    this.loading?.abort();
    this.loading = new AbortController();
    this.item = item;
    this.isPlaying = isPlaying;
    // From where the first object appears: a visit is watched from its beginning.
    const best = [...item.objects].sort((one, other) =>
      (other.hasClip - one.hasClip) || (other.hasSnapshot - one.hasSnapshot) || one.start - other.start);
    this.choices.replaceChildren(...(item.objects.length < 2 ? [] : item.objects.map((each) => {
      const button = h("button", { type: "button", class: "chip", onclick: () => this.choose(each, true) },
        h("i", { class: "dot", "aria-hidden": "true" }), capital(each.label) + " " + clock(each.start));
      button.firstChild.style.background = colourOf(each.label);
      button.dataset.id = each.id;
      return button;
    })));
    this.deleting.disabled = this.keeping.disabled = false;
    this.showKept();
    if (best.length) this.choose(best[0], isPlaying);
    else this.showStill("Nothing of it was recorded.");
  }

  /** Plays from where `object` appears. */
  choose(object, isPlaying) {
    this.object = object;
    this.isPlaying = isPlaying;
    for (const button of this.choices.children) button.setAttribute("aria-pressed", button.dataset.id === object.id);
    this.facts.textContent = this.item.camera + " · " + date(object.start) + " " + clock(object.start)
      + (object.end ? " · " + length(Math.max(1, (object.end - object.start) / 1000)) : "");
    this.download.toggleAttribute("hidden", !object.hasClip);
    if (!object.hasClip) return this.showStill(object.hasSnapshot ? "" : "Nothing of it was recorded.");
    const address = eventAddress(object.id, "/clip.mp4" + object.clipQuery);
    this.download.href = address;
    this.download.download = this.item.camera + "-" + new Date(object.start).toISOString().replaceAll(":", "") + ".mp4";
    this.fetchTraces();
    // Objects of a visit share clips: what is loaded is not loaded again.
    if (this.clip === object.clip && this.video.readyState > 0 && !this.video.error) return this.arrive();
    this.clip = object.clip;
    this.note.textContent = "";
    [this.video.hidden, this.image.hidden, this.controls.hidden] = [false, true, false];
    this.video.poster = object.hasSnapshot ? eventAddress(object.id, "/snapshot.jpg") : "";
    this.video.src = address;
  }

  /** The clip is there: its frame at which the object appears is shown. */
  arrive() {
    const { video, object } = this;
    this.setRatio(video.videoWidth, video.videoHeight);
    [video.hidden, this.image.hidden, this.controls.hidden] = [false, true, false];
    // Of an object that was there before this visit began, what belongs to the visit.
    const began = object.clipStart ? object.clipStart + object.offset * 1000 : object.start;
    const earlier = Math.max(0, (this.item.start - began) / 1000 - 1);
    video.currentTime = object.offset + earlier;
    if (this.isPlaying) video.play().catch(() => {});
    this.showTime();
  }

  showStill(sentence) {
    this.clip = null;
    this.video.removeAttribute("src");
    this.video.load();
    const hasImage = this.object?.hasSnapshot ?? false;
    [this.video.hidden, this.image.hidden, this.controls.hidden] = [true, !hasImage, true];
    if (hasImage) {
      this.image.src = eventAddress(this.object.id, "/snapshot.jpg" + (this.hasBoxes ? "?boxes=1" : ""));
      this.image.alt = capital(this.object.label) + " in front of " + this.item.camera;
    }
    this.note.textContent = sentence;
    this.draw();
  }

  setRatio(width, height) {
    if (width) this.stage.style.setProperty("--ratio", width / height);
    this.draw();
  }

  showTime() {
    const { video, object } = this, end = Number.isFinite(video.duration) ? video.duration : 0;
    this.seek.max = end;
    this.seek.value = video.currentTime;
    const since = video.currentTime - (object?.offset ?? 0), whole = Math.abs(Math.round(since));
    const text = (since <= -0.5 ? "−" : "") + Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
    if (this.time.value !== text) this.time.value = text;
    this.seek.setAttribute("aria-valuetext", text + " since the object appeared");
    this.left.textContent = Math.floor(end / 60) + ":" + String(Math.floor(end % 60)).padStart(2, "0");
    this.draw();
  }

  /** Where the objects of this clip were, one after another. */
  async fetchTraces() {
    const { signal } = this.loading, { item } = this;
    for (const each of [this.object, ...item.objects.filter((other) => other !== this.object)]) {
      if (this.traces.has(each.id + each.clip) || !each.hasClip) continue;
      try { this.traces.set(each.id + each.clip, await trace(each, signal)); } catch { return; }
      this.draw();
    }
    // The last few are enough to go back and forth.
    for (const id of [...this.traces.keys()].slice(0, -60)) this.traces.delete(id);
  }

  draw() {
    const { video } = this, area = begin(this.canvas, video.videoWidth, video.videoHeight);
    if (!this.hasBoxes || video.hidden || !this.item || video.readyState < 1) return;
    for (const each of this.item.objects) {
      const box = each.clip === this.clip && boxAt(this.traces.get(each.id + each.clip) ?? [], video.currentTime);
      if (box) drawBox(area, box, colourOf(each.label), each.label);
    }
  }

  toggle() {
    const { video } = this;
    if (video.hidden || !video.getAttribute("src")) return;
    if (video.paused) video.play().catch(() => {}); else video.pause();
  }

  step(seconds) { if (!this.video.hidden) this.video.currentTime = Math.max(0, this.video.currentTime + seconds); }

  toggleBoxes() {
    this.hasBoxes = !this.hasBoxes;
    this.boxes.setAttribute("aria-pressed", this.hasBoxes);
    if (!this.image.hidden) this.showStill(this.note.textContent);
    this.draw();
  }

  showKept() {
    this.keeping.setAttribute("aria-pressed", this.item.isKept);
    relabel(this.keeping, "keep", this.item.isKept ? "Kept: it outlives the limits of the storage" : "Keep");
  }

  async toggleKept() {
    const { item } = this;
    try {
      await keep(item.id, !item.isKept);
      item.isKept = !item.isKept;
      this.actions.changed(item);
      if (item === this.item) this.showKept();
    } catch (error) { this.note.textContent = capital(error.message); }
  }

  async delete() {
    const { item } = this;
    if (!item || !confirm("Delete this " + (item.objects.length > 1 ? "visit of " + item.objects.length + " objects" : "event") + " for good?")) return;
    try {
      await remove(item.id);
      this.actions.removed(item);
    } catch (error) { this.note.textContent = capital(error.message); }
  }

  /** Takes a key; whether it was one of its own. */
  key(name) {
    const does = {
      " ": () => this.toggle(), ArrowLeft: () => this.step(-2), ArrowRight: () => this.step(2), b: () => this.toggleBoxes(),
      k: () => this.item && this.toggleKept(), d: () => this.download.hidden || this.download.click(),
      f: () => (document.fullscreenElement ? document.exitFullscreen() : this.stage.requestFullscreen?.()),
    }[name];
    does?.();
    return Boolean(does);
  }
}

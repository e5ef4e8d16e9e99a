import { h } from "./dom.js";
import { Filters } from "./filters.js";
import { Footage, segments } from "./footage.js";
import { dayOfItems, item as fetchItem, items, kinds, outages } from "./history.js";
import { Player } from "./player.js";
import { row } from "./rows.js";
import { cameras, stream } from "./stream.js";
import { Strip } from "./strip.js";
import { capital, counted, dayOf } from "./words.js";

/** What happened: visits, with a player and the day. */
export const events = (main, query, signal, go) => new Chronicle(kinds.visits, "events", main, query, signal, go);

/** What was recorded: event by event, and all the time. */
export const recordings = (main, query, signal, go) => new Chronicle(kinds.recordings, "recordings", main, query, signal, go);

class Chronicle {
  constructor(kind, view, main, query, signal, go) {
    Object.assign(this, { kind, view, query, signal, go, list: [], next: null, fresh: new Set() });
    this.day = query.get("day") ?? dayOf(Date.now());
    if (!query.get("day")) query.set("day", this.day);
    this.isWide = matchMedia("(min-width: 64rem)").matches;
    this.filters = new Filters(query, (changes) => this.set(changes));
    this.player = new Player({
      next: () => this.move(1), previous: () => this.move(-1), changed: (item) => this.redraw(item), removed: (item) => this.removed(item),
    }, signal);
    if (kind === kinds.recordings) this.footage = new Footage((time) => this.strip.point(time), signal);
    this.strip = new Strip((item) => this.pick(item), this.footage && ((camera, time) => this.look(camera, time, true)));
    this.rows = h("ol", { class: "list" });
    this.newItems = h("button", { type: "button", class: "new-items", hidden: true, onclick: () => this.refresh() });
    this.more = h("button", { type: "button", class: "button", hidden: true, onclick: () => this.fetchMore() }, "Show more");
    this.note = h("p", { class: "empty", hidden: true });
    const column = h("section", { class: "column", "aria-labelledby": "list-title" },
      h("h2", { id: "list-title" }, capital(kind.word) + "s"), this.newItems, this.rows, this.note, this.more);
    main.replaceChildren(h("h1", { class: "hidden" }, capital(view)), this.filters.root,
      h("div", { class: "chronicle" }, h("div", { class: "theatre" }, this.player.root, this.footage?.root, this.strip.root), column));
    this.player.root.hidden = true;
    stream.addEventListener("happened", ({ detail }) => this.happened(detail), { signal });
    stream.addEventListener("cameras", () => { this.showDay(); this.fetchSegments(); }, { signal });
    // A segment is there when it is whole, a minute after its beginning.
    const minutes = setInterval(() => this.day === dayOf(Date.now()) && this.fetchSegments(), 60_000);
    signal.addEventListener("abort", () => { clearTimeout(this.timer); clearInterval(minutes); });
    this.begin();
  }

  async begin() {
    await Promise.all([this.refresh(), this.fetchDay()]);
    await this.fetchSegments();
    if (this.signal.aborted) return;
    const wanted = this.query.get("item"), at = Date.parse(this.query.get("at") ?? "");
    if (wanted) this.pick({ id: wanted }, false);
    else if (this.footage && at) this.look(this.query.get("of"), at, false);
    else if (this.isWide && this.list.length) this.show(this.list[0], false);
  }

  /** Changes the filters and the address. */
  set(changes) {
    const query = new URLSearchParams(this.query);
    if (changes.day) for (const name of ["at", "of"]) query.delete(name);
    for (const [name, values] of Object.entries(changes)) {
      query.delete(name);
      for (const value of [values ?? []].flat()) query.append(name, value);
    }
    this.go(this.view, query);
  }

  async refresh() {
    try {
      const page = await items(this.kind, this.query, null, this.signal);
      this.newItems.hidden = true;
      this.fresh.clear();
      this.list = page.items;
      this.next = page.next;
      this.rows.replaceChildren(...page.items.map((item) => this.row(item)));
      const isToday = this.day === dayOf(Date.now());
      this.note.textContent = this.hasConditions ? "Nothing of this kind on this day." : this.kind.nothing[isToday ? 1 : 0];
      this.note.hidden = page.items.length > 0;
      this.more.hidden = !page.next;
    } catch (error) { this.failed(error); }
  }

  get hasConditions() { return ["camera", "label", "zone", "kept"].some((name) => this.query.get(name)); }

  async fetchMore() {
    try {
      const page = await items(this.kind, this.query, this.next, this.signal);
      this.list.push(...page.items);
      this.next = page.next;
      this.rows.append(...page.items.map((item) => this.row(item)));
      this.more.hidden = !page.next;
    } catch (error) { this.failed(error); }
  }

  async fetchDay() {
    try {
      [this.all, this.gaps] = await Promise.all([dayOfItems(this.kind, this.day, this.signal), outages(this.day, this.signal)]);
      this.showDay();
    } catch (error) { this.failed(error); }
  }

  /** The cameras that there are, and those that left something on this day. */
  get names() { return [...new Set([...cameras.keys(), ...(this.all ?? []).map((item) => item.camera)])]; }

  /** What was recorded all the time. */
  async fetchSegments() {
    if (!this.footage || !this.names.length) return;
    try {
      this.recorded = await segments(this.day, this.names, this.signal);
      if (!this.footage.root.hidden) this.footage.renew(this.recorded[this.footage.camera] ?? []);
      this.showDay();
      const { pending } = this;
      this.pending = null;
      if (pending) this.look(...pending);
    } catch (error) { this.failed(error); }
  }

  showDay() {
    if (!this.all) return;
    const { names } = this;
    const wanted = this.query.getAll("camera");
    this.filters.show(this.all, names);
    const shown = this.all.filter((item) => this.filters.matches(item));
    this.filters.count.textContent = counted(shown.length, this.kind.word);
    this.strip.show(this.day, wanted.length ? wanted : names, this.all, this.gaps, (item) => this.filters.matches(item), this.recorded);
  }

  failed(error) {
    if (error.name === "AbortError") return;
    this.note.hidden = false;
    this.note.textContent = capital(error.message);
  }

  row(item) {
    const made = row(item, (chosen) => this.show(chosen, true));
    if (item.id === this.player.item?.id) made.firstChild.setAttribute("aria-current", "true");
    return made;
  }

  rowOf(id) { return [...this.rows.children].find((each) => each.dataset.id === id); }

  /** Shows an item that may not be in the list yet. */
  async pick({ id }, isPlaying = true) {
    try { this.show(this.list.find((item) => item.id === id) ?? await fetchItem(id, this.signal), isPlaying); } catch (error) { this.failed(error); }
  }

  /** Shows what `camera` recorded at `time`. */
  look(camera, time, isPlaying) {
    const list = this.recorded?.[camera] ?? [];
    // Which cameras there are, and so what they recorded, may not be known yet.
    this.pending = list.length ? null : [camera, time, isPlaying];
    if (this.pending) return;
    this.player.video.pause();
    this.player.root.hidden = true;
    this.rows.querySelector("[aria-current]")?.removeAttribute("aria-current");
    this.footage.open(camera, list, time, isPlaying);
    if (isPlaying && !this.isWide) this.footage.root.scrollIntoView({ block: "start" });
    this.query.delete("item");
    this.remember({ of: camera, at: new Date(time).toISOString() });
  }

  /** Puts what is shown into the address. */
  remember(shown) {
    for (const [name, value] of Object.entries(shown)) this.query.set(name, value);
    history.replaceState(null, "", "#" + this.view + "?" + this.query);
  }

  show(item, isPlaying) {
    this.footage?.close();
    this.pending = null;
    this.player.root.hidden = false;
    this.rows.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const button = this.rowOf(item.id)?.firstChild;
    button?.setAttribute("aria-current", "true");
    button?.scrollIntoView({ block: "nearest" });
    this.player.open(item, isPlaying);
    if (isPlaying && !this.isWide) this.player.root.scrollIntoView({ block: "start" });
    this.strip.point(item.start);
    for (const name of ["at", "of"]) this.query.delete(name);
    this.remember({ item: item.id });
  }

  /** The item `by` places further down. */
  move(by) {
    const place = this.list.findIndex((item) => item.id === this.player.item?.id);
    const item = this.list[place < 0 ? 0 : place + by];
    if (!item) return;
    this.show(item, true);
    this.rowOf(item.id)?.firstChild.focus({ preventScroll: true });
    if (this.list.length - place < 5 && this.next && !this.more.hidden) this.fetchMore();
  }

  redraw(item) {
    const old = this.rowOf(item.id);
    const hadFocus = old?.contains(document.activeElement);
    const fresh = this.row(item);
    old?.replaceWith(fresh);
    if (hadFocus) fresh.firstChild.focus();
    const same = this.all?.find((each) => each.id === item.id);
    if (same) same.isKept = item.isKept;
  }

  removed(item) {
    const place = this.list.findIndex((each) => each.id === item.id);
    this.rowOf(item.id)?.remove();
    if (place >= 0) this.list.splice(place, 1);
    this.all = this.all?.filter((each) => each.id !== item.id);
    this.showDay();
    const next = this.list[Math.max(0, place)] ?? this.list.at(-1);
    if (next) this.show(next, false); else this.player.root.hidden = true;
    this.note.hidden = this.list.length > 0;
  }

  /** New rows wait until somebody asks for them: a list does not move under the pointer. */
  happened(event) {
    if (this.day !== dayOf(Date.now())) return;
    if (event.type === "camera_down" || event.type === "camera_up" || event.type === "visit") {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.fetchDay(), 2000);
    }
    if (this.kind.belongs(event)) {
      const like = { camera: event.camera, labels: event.labels ?? [event.label], zones: event.zones ?? event.entered ?? [], isKept: false };
      if (!this.filters.matches(like) || this.list.some((item) => item.id === event.id)) return;
      this.fresh.add(event.id);
      this.newItems.textContent = this.fresh.size + " new";
      this.newItems.hidden = false;
    } else if (event.type === "visit") {
      const known = this.list.find((item) => item.id === event.id);
      if (known && !known.isOver && event.phase === "end") this.settle(known.id);
    }
  }

  /** A visit of the list is over: its row shows how long it took and what was kept of it. */
  async settle(id) {
    try {
      const item = await fetchItem(id, this.signal), place = this.list.findIndex((each) => each.id === id);
      if (place < 0) return;
      this.list[place] = item;
      this.redraw(item);
    } catch (error) { if (error.name !== "AbortError") console.warn(error.message); }
  }

  /** Takes a key; whether it was one of its own. */
  key(name) {
    if (name === "n" || name === "j") this.move(1);
    else if (name === "p") this.move(-1);
    else {
      const shown = [this.player, this.footage].find((each) => each && !each.root.hidden);
      return shown?.key(name) ?? false;
    }
    return true;
  }
}

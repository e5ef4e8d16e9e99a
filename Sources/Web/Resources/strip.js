import { colourOf } from "./boxes.js";
import { h } from "./dom.js";
import { spans, stretch } from "./footage.js";
import { clock, counted, length, startOf } from "./words.js";

const minute = 60_000, hour = 60 * minute;
const steps = { ArrowLeft: -minute, ArrowRight: minute, ArrowDown: -10 * minute, ArrowUp: 10 * minute, PageDown: -hour, PageUp: hour };

/**
 * A day, one row a camera: what happened when, and when the camera was offline. `pick(item)` when one is chosen. With
 * `look(camera, time)`, also what was recorded all the time, of which any moment can be chosen, by pointer or by keys.
 */
export class Strip {
  constructor(pick, look = null) {
    this.pick = pick;
    this.look = look;
    this.rows = h("div", { class: "rows" });
    this.hours = h("div", { class: "hours", "aria-hidden": "true" });
    this.root = h("section", { class: "strip", "aria-label": "The day, camera by camera" }, this.rows, this.hours);
    for (let each = 0; each <= 24; each += 3) this.hours.append(h("span", {}, String(each).padStart(2, "0")));
    this.readout = h("b", { class: "readout", hidden: true });
    this.hours.append(this.readout);
  }

  /** Shows the items, outages and recordings of `day` for the cameras called `names`. */
  show(day, names, items, outages, isShown, recorded = {}) {
    const begin = startOf(day).getTime(), end = startOf(day, 1).getTime();
    const share = (time) => Math.min(1, Math.max(0, (time - begin) / (end - begin))) * 100;
    Object.assign(this, { begin, end, place: share });
    const focus = document.activeElement?.dataset?.camera;
    this.rows.replaceChildren(...names.map((name) => {
      const own = items.filter((item) => item.camera === name), gaps = outages[name] ?? [], segments = recorded[name] ?? [];
      const bar = h("div", { class: "day" });
      for (const [from, to] of spans(segments)) bar.append(stretch("recorded", share(from), share(to)));
      for (const [from, to] of spans(segments.filter((each) => each.hasMotion), 2 * minute)) {
        bar.append(stretch("recorded motion", share(from), share(to)));
      }
      for (const [from, to] of gaps) bar.append(stretch("gap", share(from), share(to)));
      for (const item of own) {
        const until = item.end ?? (item.isOver ? item.start : Math.min(Date.now(), item.start + hour));
        const mark = stretch("mark", share(item.start), share(until));
        mark.style.background = colourOf(item.labels[0] ?? "");
        mark.classList.toggle("faint", !isShown(item));
        bar.append(mark);
      }
      if (Date.now() < end && Date.now() > begin) bar.append(stretch("future", share(Date.now()), 100));
      const words = [name + ": " + counted(own.length, "visit"), gaps.length && "offline " + counted(gaps.length, "time")];
      if (segments.length) this.offer(bar, name, segments, words);
      bar.setAttribute("aria-label", words.filter(Boolean).join(", "));
      if (!segments.length) bar.setAttribute("role", "img");
      bar.onclick = (event) => {
        const { left, width } = bar.getBoundingClientRect(), time = begin + (event.clientX - left) / width * (end - begin);
        if (segments.some((each) => each.start <= time && time < each.end)) return this.look(name, time);
        // Three pixels beside it is meant, too.
        const slack = (end - begin) / width * 3;
        const beside = segments.find((each) => each.start - slack <= time && time <= each.end + slack);
        if (beside) return this.look(name, beside.start);
        const nearest = own.filter(isShown).sort((one, other) => distance(one, time) - distance(other, time))[0];
        if (nearest && distance(nearest, time) < (end - begin) / 24) this.pick(nearest);
      };
      return h("div", { class: "row" }, h("span", { class: "name" }, name), bar);
    }));
    this.cursor = h("i", { class: "cursor", hidden: true });
    this.rows.append(h("div", { class: "over", "aria-hidden": "true" }, this.cursor));
    if (focus) this.rows.querySelector('[data-camera="' + CSS.escape(focus) + '"]')?.focus();
    this.point(this.pointed);
  }

  /** Lets any recorded moment be chosen by keys: arrows by a minute or ten, page keys by an hour, Enter to play. */
  offer(bar, name, segments, words) {
    const seconds = segments.reduce((sum, each) => sum + each.end - each.start, 0) / 1000;
    words.push("recorded " + length(seconds));
    bar.dataset.camera = name;
    for (const [key, value] of Object.entries({ role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": (this.end - this.begin) / 1000 })) {
      bar.setAttribute(key, value);
    }
    const [first, last] = [segments[0].start, segments.at(-1).end - 1000];
    let time = this.pointed >= this.begin && this.pointed < this.end ? this.pointed : first;
    const set = (next) => {
      time = Math.min(Math.max(next, this.begin), this.end - 1000);
      const isThere = segments.some((each) => each.start <= time && time < each.end);
      bar.setAttribute("aria-valuenow", Math.round((time - this.begin) / 1000));
      bar.setAttribute("aria-valuetext", clock(time) + (isThere ? "" : ", nothing recorded"));
    };
    set(time);
    bar.onfocus = () => { if (this.pointed) set(this.pointed); };
    bar.onkeydown = (event) => {
      if (event.key === "Enter") this.look(name, time);
      else if (event.key === "Home" || event.key === "End") set(event.key === "Home" ? first : last);
      else if (steps[event.key]) set(time + steps[event.key]);
      else return;
      event.preventDefault();
      this.point(time);
    };
  }

  /** Marks the time that is shown. */
  point(time) {
    this.pointed = time;
    if (!this.cursor) return;
    this.cursor.hidden = this.readout.hidden = !time || time < this.begin || time >= this.end;
    if (this.cursor.hidden) return;
    this.cursor.style.left = this.place(time) + "%";
    this.readout.textContent = clock(time);
    this.readout.style.left = "clamp(2.5rem, " + this.place(time) + "%, 100% - 2.5rem)";
  }
}

const distance = (item, time) => Math.max(item.start - time, time - (item.end ?? item.start), 0);

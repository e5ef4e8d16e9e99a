import { colourOf } from "./boxes.js";
import { h } from "./dom.js";
import { counted, startOf } from "./words.js";

/** A day, one row a camera: what happened when, and when the camera was offline. `pick(item)` when one is chosen. */
export class Strip {
  constructor(pick) {
    this.pick = pick;
    this.rows = h("div", { class: "rows" });
    this.hours = h("div", { class: "hours", "aria-hidden": "true" });
    this.root = h("section", { class: "strip", "aria-label": "The day, camera by camera" }, this.rows, this.hours);
    for (let hour = 0; hour <= 24; hour += 3) this.hours.append(h("span", {}, String(hour).padStart(2, "0")));
  }

  /** Shows the items and outages of `day` for the cameras called `names`. */
  show(day, names, items, outages, isShown) {
    const begin = startOf(day).getTime(), span = startOf(day, 1).getTime() - begin;
    const share = (time) => Math.min(1, Math.max(0, (time - begin) / span)) * 100;
    this.place = share;
    const stretch = (kind, from, to) => {
      const made = h("i", { class: kind });
      made.style.left = share(from) + "%";
      made.style.width = Math.max(0, share(to) - share(from)) + "%";
      return made;
    };
    this.rows.replaceChildren(...names.map((name) => {
      const own = items.filter((item) => item.camera === name), gaps = outages[name] ?? [];
      const bar = h("div", {
        class: "day", role: "img",
        "aria-label": name + ": " + counted(own.length, "visit") + (gaps.length ? ", offline " + counted(gaps.length, "time") : ""),
      });
      for (const [from, to] of gaps) bar.append(stretch("gap", from, to));
      for (const item of own) {
        const mark = stretch("mark", item.start, item.end ?? (item.isOver ? item.start : Math.min(Date.now(), item.start + 3_600_000)));
        mark.style.background = colourOf(item.labels[0] ?? "");
        mark.classList.toggle("faint", !isShown(item));
        bar.append(mark);
      }
      if (Date.now() < begin + span && Date.now() > begin) bar.append(stretch("future", Date.now(), begin + span));
      bar.onclick = (event) => {
        const { left, width } = bar.getBoundingClientRect(), time = begin + (event.clientX - left) / width * span;
        const nearest = own.filter(isShown).sort((one, other) => distance(one, time) - distance(other, time))[0];
        if (nearest && distance(nearest, time) < span / 24) this.pick(nearest);
      };
      return h("div", { class: "row" }, h("span", { class: "name" }, name), bar);
    }));
    this.cursor = h("i", { class: "cursor", hidden: true });
    this.rows.append(h("div", { class: "over", "aria-hidden": "true" }, this.cursor));
    this.point(this.pointed);
  }

  /** Marks the time that is shown. */
  point(time) {
    this.pointed = time;
    if (!this.cursor) return;
    this.cursor.hidden = !time;
    if (time) this.cursor.style.left = this.place(time) + "%";
  }
}

const distance = (item, time) => Math.max(item.start - time, time - (item.end ?? item.start), 0);

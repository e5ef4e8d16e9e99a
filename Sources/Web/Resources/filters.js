import { h, iconButton } from "./dom.js";
import { capital, dayInWords, dayOf, startOf } from "./words.js";

/** The filters of a list: day, cameras, classes, zones, kept. They stand in the address; `set(changes)` changes it. */
export class Filters {
  constructor(query, set) {
    this.query = query;
    this.set = set;
    const day = query.get("day") ?? dayOf(Date.now()), today = dayOf(Date.now());
    const step = (by) => set({ day: dayOf(startOf(day, by)), item: null });
    this.picker = h("input", {
      type: "date", value: day, max: today, "aria-label": "Day", onchange: () => this.picker.value && set({ day: this.picker.value, item: null }),
    });
    this.chips = h("div", { class: "chips" });
    this.count = h("p", { class: "count", role: "status" });
    this.root = h("div", { class: "filters" },
      h("div", { class: "days" },
        iconButton("left", "The day before", () => step(-1)),
        h("label", { class: "chip" }, h("span", {}, dayInWords(day)), this.picker),
        iconButton("right", "The day after", () => step(1), { disabled: day >= today })),
      this.chips, this.count);
  }

  /** Shows what there is to choose from on the day of `items`. */
  show(items, cameras) {
    const tally = (values) => {
      const counts = new Map();
      for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
      return [...counts].sort(([one, few], [other, many]) => many - few || one.localeCompare(other));
    };
    const focus = document.activeElement?.dataset?.filter;
    const matching = (but) => items.filter((item) => this.matches(item, but));
    this.chips.replaceChildren(
      this.group("camera", "Camera", cameras.map((name) => [name, null]), (name) => name),
      this.group("label", "Class", tally(matching("label").flatMap((item) => [...new Set(item.labels)])), capital),
      this.group("zone", "Zone", tally(matching("zone").flatMap((item) => [...new Set(item.zones)])), (name) => "Zone: " + name),
      this.chip("kept", "1", "Kept"));
    if (focus) this.chips.querySelector('[data-filter="' + CSS.escape(focus) + '"]')?.focus();
  }

  group(name, label, values, write) {
    const chosen = this.query.get(name);
    const missing = chosen && !values.some(([value]) => value === chosen) ? [[chosen, 0]] : [];
    return h("div", { class: "group", role: "group", "aria-label": label },
      [...values.slice(0, 12), ...missing].map(([value, count]) => this.chip(name, value, write(value) + (count === null ? "" : " " + count))));
  }

  chip(name, value, text) {
    const isOn = this.query.get(name) === value;
    const made = h("button", {
      type: "button", class: "chip", "aria-pressed": isOn, onclick: () => this.set({ [name]: isOn ? null : value, item: null }),
    }, text);
    made.dataset.filter = name + "=" + value;
    return made;
  }

  /** Whether an item matches all filters, except the one called `but`. */
  matches(item, but) {
    const wanted = (name) => (name === but ? null : this.query.get(name));
    return (!wanted("camera") || item.camera === wanted("camera")) && (!wanted("label") || item.labels.includes(wanted("label")))
      && (!wanted("zone") || item.zones.includes(wanted("zone"))) && (!wanted("kept") || item.isKept);
  }
}

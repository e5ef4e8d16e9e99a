import { h, iconButton } from "./dom.js";
import { capital, dayInWords, dayOf, startOf } from "./words.js";

/**
 * The filters of a list: day, cameras, classes, zones, kept. They stand in the address, where each may have several values;
 * `set(changes)` changes it.
 */
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
    const missing = this.query.getAll(name).filter((wanted) => !values.some(([value]) => value === wanted)).map((wanted) => [wanted, 0]);
    return h("div", { class: "group", role: "group", "aria-label": label },
      [...values.slice(0, 12), ...missing].map(([value, count]) => this.chip(name, value, write(value) + (count === null ? "" : " " + count))));
  }

  chip(name, value, text) {
    const others = this.query.getAll(name).filter((each) => each !== value), isOn = this.query.getAll(name).includes(value);
    const made = h("button", {
      type: "button", class: "chip", "aria-pressed": isOn, onclick: () => this.set({ [name]: isOn ? others : [...others, value], item: null }),
    }, text);
    made.dataset.filter = name + "=" + value;
    return made;
  }

  /** Whether an item matches all filters, except the one called `but`. */
  matches(item, but) {
    const has = (name, values) => {
      const wanted = name === but ? [] : this.query.getAll(name);
      return !wanted.length || wanted.some((each) => values.includes(each));
    };
    return has("camera", [item.camera]) && has("label", item.labels) && has("zone", item.zones) && has("kept", item.isKept ? ["1"] : []);
  }
}

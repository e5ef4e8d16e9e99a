import { eventAddress, h } from "./dom.js";
import { clock, date, dayOf, length, several } from "./words.js";

/** The part of a snapshot around `box`, in shares of the image, that fills a tile; `null` is all of it. */
export function crop(box, ratio) {
  if (!box) return null;
  const [x1, y1, x2, y2] = box;
  // In units of the image's height: a little more than the object, and no less than a quarter of the image.
  let width = (x2 - x1) * ratio * 1.5, height = (y2 - y1) * 1.3;
  const wanted = 4 / 3;
  if (width / height < wanted) width = height * wanted; else height = width / wanted;
  const grow = Math.max(1, 0.25 / height);
  height = Math.min(1, height * grow);
  width = Math.min(ratio, height * wanted);
  const share = width / ratio;
  const left = Math.min(Math.max((x1 + x2) / 2 - share / 2, 0), 1 - share);
  const top = Math.min(Math.max((y1 + y2) / 2 - height / 2, 0), 1 - height);
  return { left, top, width: share, height };
}

function thumbnail(item) {
  const best = [...item.objects].filter((each) => each.hasSnapshot).sort((one, other) => other.score - one.score)[0];
  const frame = h("span", { class: "thumb" });
  if (!best) { frame.append(h("span", { class: "none" }, "no image")); return frame; }
  const image = h("img", { alt: "", loading: "lazy", src: eventAddress(best.id, "/snapshot.jpg") });
  image.onload = () => {
    const part = crop(best.box, image.naturalWidth / image.naturalHeight);
    if (!part) return;
    image.classList.add("cropped");
    image.style.width = 100 / part.width + "%";
    image.style.left = -part.left / part.width * 100 + "%";
    image.style.top = -part.top / part.height * 100 + "%";
  };
  image.onerror = () => image.replaceWith(h("span", { class: "none" }, "no image"));
  frame.append(image);
  return frame;
}

/** What an item is called: its classes, how many of each. */
export function title(item) {
  const counts = new Map(item.labels.map((label) => [label, 0]));
  for (const each of item.objects) counts.set(each.label, (counts.get(each.label) ?? 0) + 1);
  return [...counts].map(([label, count]) => several(label, count)).join(", ") || "Movement";
}

/** The text for how long an item took. */
const lengthOf = (item) => item.end ? length(Math.max(1, (item.end - item.start) / 1000)) : item.isOver ? "" : "now";

/** The row of an item: a button with crop, classes, zones, camera, local date and time, and length. */
export function row(item, choose) {
  const badge = h("span", { class: "badge" }, lengthOf(item));
  const image = thumbnail(item);
  if (badge.textContent) image.append(badge);
  const when = h("time", { datetime: new Date(item.start).toISOString() },
    (dayOf(item.start) === dayOf(Date.now()) ? "" : date(item.start) + " ") + clock(item.start));
  const button = h("button", { type: "button", onclick: () => choose(item) },
    image,
    h("span", { class: "text" },
      h("strong", {}, title(item)),
      h("span", { class: "where" }, item.camera, " · ", when),
      h("span", { class: "zones" }, ...item.zones.map((zone) => h("b", {}, zone)),
        item.isKept && h("b", { class: "kept" }, "kept"))));
  const root = h("li", {}, button);
  root.dataset.id = item.id;
  return root;
}

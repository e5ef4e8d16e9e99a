import { begin, drawLine, drawZone } from "./boxes.js";
import { problem, yaml } from "./editor-yaml.js";
import { h } from "./dom.js";
import { capital } from "./words.js";

const colours = { zone: "#5fd38d", line: "#f5c04e", mask: "#cfd5de", "motion mask": "#9db4c8" };
const kinds = Object.keys(colours), isMask = (each) => each.kind.endsWith("mask");
const step = 0.005;

/**
 * The editor of zones, lines and masks: they are drawn on the camera's frame, and become a part of the configuration, which
 * people put there themselves: the server's files are not written from here.
 */
export function edit(root, stage, canvas, name, marks, size, signal) {
  const shapes = [
    ...marks.zones.map((each) => shape("zone", each.name, each.points, each)),
    ...marks.lines.map((each) => shape("line", each.name, [each.a, each.b], each)),
    ...marks.object_masks.map((each) => shape("mask", "", each, {})),
    ...marks.motion_masks.map((each) => shape("motion mask", "", each, {})),
  ];
  let chosen = null, drawing = null;
  const handles = h("div", { class: "handles" });
  const list = h("ul", { class: "shapes", "aria-label": "Shapes" });
  const text = h("pre", { tabindex: 0, "aria-label": "Configuration" }), wrong = h("p", { class: "problem", role: "status" });
  const copied = h("span", { role: "status" });
  const hint = h("p", { role: "status" });
  const copy = h("button", { type: "button", class: "button main", onclick: () => copyText(text, copied) }, "Copy");
  const download = h("a", { class: "button", download: name + "-zones.yml" }, "Download");
  const classes = h("datalist", { id: "classes" }, marks.classes.map((each) => h("option", { value: each })));
  const adders = kinds.map((kind) =>
    h("button", { type: "button", class: "button", "aria-pressed": false, onclick: () => start(kind) }, "Add a " + kind));
  const panel = h("section", { class: "editor", "aria-label": "Zones and lines" },
    hint, h("div", { class: "tools" }, ...adders,
      h("a", { class: "button", href: "#live?camera=" + encodeURIComponent(name) }, "Done")),
    list, h("div", { class: "yaml" }, h("h2", {}, "Configuration"), text, wrong, h("div", { class: "tools" }, copy, download, copied)), classes);
  stage.classList.add("drawing");
  stage.append(handles);
  root.append(panel);

  function start(kind) {
    const count = shapes.filter((each) => each.kind === kind).length + 1;
    drawing = chosen = shape(kind, isMask({ kind }) ? "" : kind + count, [], {});
    shapes.push(drawing);
    show();
    canvas.focus();
  }

  function finish() {
    if (drawing && drawing.points.length < least(drawing)) shapes.splice(shapes.indexOf(drawing), 1);
    drawing = null;
    show();
  }

  /** Where the frame stands in the stage, in shares of it. */
  function frame() {
    const { width, height } = canvas.getBoundingClientRect(), [wide, high] = size();
    const zoom = wide ? Math.min(width / wide, height / high) : 1, w = wide ? wide * zoom : width, t = wide ? high * zoom : height;
    return { left: (width - w) / 2, top: (height - t) / 2, width: w, height: t };
  }

  function pointOf(event) {
    const seen = canvas.getBoundingClientRect(), area = frame();
    return [(event.clientX - seen.left - area.left) / area.width, (event.clientY - seen.top - area.top) / area.height].map(clamp);
  }

  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.removeAttribute("aria-hidden");
  canvas.setAttribute("aria-label", "Frame to draw on: Enter puts a corner in the middle, arrows move it");
  canvas.addEventListener("pointerdown", (event) => {
    if (!drawing) { chosen = shapes.findLast((each) => each.kind !== "line" && contains(each.points, pointOf(event))) ?? chosen; show(); return; }
    event.preventDefault();
    put(pointOf(event));
  }, { signal });
  canvas.addEventListener("dblclick", finish, { signal });
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && drawing) put(middle(drawing.points));
    else if (event.key === "Escape") finish();
    else return;
    event.preventDefault();
    event.stopPropagation();
    handles.lastElementChild?.focus();
  }, { signal });

  function put(point) {
    const [first] = drawing.points;
    // A click on the first corner closes the shape.
    if (first && drawing.points.length >= 3 && Math.hypot(point[0] - first[0], point[1] - first[1]) < 0.02) return finish();
    drawing.points.push(point);
    if (drawing.kind === "line" && drawing.points.length === 2) return finish();
    show();
  }

  function handle(target, index) {
    const made = h("button", { type: "button", "aria-label": "Corner " + (index + 1) + " of " + (target.name || target.kind) });
    const move = (point) => { target.points[index] = point.map(clamp); place(made, target.points[index]); write(); };
    made.addEventListener("pointerdown", (event) => {
      if (drawing && index === 0 && drawing.points.length >= 3) return finish();
      made.setPointerCapture(event.pointerId);
      made.onpointermove = (moved) => move(pointOf(moved));
    });
    made.addEventListener("pointerup", () => { made.onpointermove = null; });
    made.addEventListener("keydown", (event) => {
      const by = event.shiftKey ? 10 * step : step, [x, y] = target.points[index];
      const moved = { ArrowLeft: [x - by, y], ArrowRight: [x + by, y], ArrowUp: [x, y - by], ArrowDown: [x, y + by] }[event.key];
      if (moved) move(moved);
      else if (event.key === "Enter" && drawing) put(middle(drawing.points));
      else if (event.key === "Escape") finish();
      else if ((event.key === "Delete" || event.key === "Backspace") && target.kind !== "line" && target.points.length > 3) {
        target.points.splice(index, 1);
        show();
      } else return;
      event.preventDefault();
      event.stopPropagation();
      if (!moved) handles.lastElementChild?.focus();
    });
    place(made, target.points[index]);
    return made;
  }

  function place(made, [x, y]) {
    const area = frame();
    made.style.left = area.left + x * area.width + "px";
    made.style.top = area.top + y * area.height + "px";
  }

  function field(label, value, set, more = {}) {
    return h("label", {}, label, h("input", { value, oninput: (event) => { set(event.target.value); write(); }, ...more }));
  }

  function entry(each) {
    const names = (words) => words.split(",").map((part) => part.trim()).filter(Boolean);
    const fields = isMask(each) ? [] : [
      field("Name", each.name, (value) => { each.name = value.trim(); }, { maxlength: 40, spellcheck: "false" }),
      field("Classes (all if empty)", each.objects.join(", "), (value) => { each.objects = names(value); }, { list: "classes", spellcheck: "false" }),
    ];
    if (each.kind === "zone") fields.push(
      // Times by class are written by hand; they stay unless a number takes their place.
      field("Loitering after (s)", typeof each.loiter === "number" ? each.loiter : "", (value) => { each.loiter = Number(value); },
        { type: "number", min: 0, placeholder: each.loiter === null ? "" : "by class" }),
      field("Sides in metres, for speeds", each.metres.join(", "), (value) => { each.metres = names(value).map(Number); }, { placeholder: "3.5, 20, 3.5, 20", spellcheck: "false" }));
    if (each.kind === "line") {
      fields.push(field("Into the arrow's right", each.directions[0], (value) => { each.directions[0] = value.trim(); }),
        field("The other way", each.directions[1], (value) => { each.directions[1] = value.trim(); }));
    }
    const made = h("li", { onfocusin: () => { if (chosen !== each) { chosen = each; redraw(); } } },
      h("span", { class: "kind" }, capital(each.kind)),
      h("button", { type: "button", class: "button", onclick: () => { shapes.splice(shapes.indexOf(each), 1); if (drawing === each) drawing = null; show(); } }, "Remove"),
      fields.length > 0 && h("div", { class: "fields" }, ...fields));
    made.toggleAttribute("data-chosen", chosen === each);
    return made;
  }

  function show() {
    list.replaceChildren(...shapes.map(entry));
    redraw();
  }

  function redraw() {
    [...list.children].forEach((made, index) => made.toggleAttribute("data-chosen", shapes[index] === chosen));
    handles.replaceChildren(...(chosen && shapes.includes(chosen) ? chosen.points.map((_, index) => handle(chosen, index)) : []));
    adders.forEach((button, index) => button.setAttribute("aria-pressed", drawing?.kind === kinds[index]));
    hint.textContent = drawing ? { line: "Click where the line begins and where it ends. What crosses it to the arrow's right goes in." }[drawing.kind]
      ?? "Click the corners. A click on the first one, or Escape, closes the shape."
      : "Drag corners to move them; arrow keys do so, too, and Delete removes one. Put the text below into the service's configuration, then read it again under System.";
    write();
  }

  function write() {
    const area = begin(canvas, ...size());
    for (const each of shapes) {
      if (!each.points.length) continue;
      if (each.kind === "line") drawLine(area, { name: each.name, a: each.points[0], b: each.points[1], directions: each.directions }, colours.line);
      else drawZone(area, { name: each.name || each.kind, points: each.points }, colours[each.kind], each !== drawing);
    }
    const fault = drawing ? null : problem(shapes);
    wrong.textContent = fault ?? "";
    copied.textContent = "";
    text.textContent = yaml(name, shapes.filter((each) => each !== drawing));
    copy.disabled = Boolean(fault);
    download.hidden = Boolean(fault);
    download.href = "data:text/yaml;charset=utf-8," + encodeURIComponent(text.textContent);
  }

  // The frame's size is known when there is one, and changes with the window.
  const resized = new ResizeObserver(redraw);
  resized.observe(stage);
  for (const each of stage.querySelectorAll("img, video")) {
    for (const name of ["load", "loadedmetadata", "resize"]) each.addEventListener(name, redraw, { signal });
  }
  signal.addEventListener("abort", () => resized.disconnect());
  show();
}

const clamp = (value) => Math.min(1, Math.max(0, value));
const least = (each) => (each.kind === "line" ? 2 : 3);
const shape = (kind, name, points, { objects, loiter, loiter_sum: isSummed, metres, speed_unit: unit, directions, other_keys: others }) => ({
  kind, name, points: points.map((point) => [...point]), objects: objects ?? [], loiter: loiter ?? null, isSummed: isSummed ?? false, metres: [...(metres ?? [])], unit: unit ?? "km/h", directions: [...(directions ?? ["in", "out"])],
  others: others ?? "",
});

/** Where the next corner goes without a pointer: beside the last one. */
const middle = (points) => (points.length ? [clamp(points.at(-1)[0] + 0.1), clamp(points.at(-1)[1] + (points.length % 2 ? 0 : 0.1))] : [0.45, 0.45]);

/** Whether a point is inside of a polygon: an odd number of edges is to its right. */
function contains(points, [x, y]) {
  let isInside = false;
  points.forEach(([x1, y1], index) => {
    const [x2, y2] = points[(index + 1) % points.length];
    if (y1 > y !== y2 > y && x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)) isInside = !isInside;
  });
  return isInside;
}

async function copyText(element, answer) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    answer.textContent = "Copied.";
  } catch {
    // Browsers give the clipboard to pages of HTTPS and of this machine only.
    getSelection().selectAllChildren(element);
    answer.textContent = "Selected: press Ctrl+C.";
  }
}

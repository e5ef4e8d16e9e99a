// Draws boxes, zones, lines and masks on a canvas that lies over a frame.

const palette = ["#ff7a6b", "#62a5ff", "#f5c04e", "#5fd38d", "#c792ff", "#4fd0d8", "#ff9f4a", "#f27fb2"];
const fixed = { person: 0, car: 1, truck: 1, bus: 1, bicycle: 3, motorcycle: 3, dog: 4, cat: 4 };

/** The colour of a class: always the same. */
export function colourOf(label) {
  let sum = 0;
  for (const letter of label) sum = (sum * 31 + letter.charCodeAt(0)) % 4099;
  return palette[fixed[label] ?? sum % palette.length];
}

/**
 * Where a frame of `width` by `height` stands in `canvas`, which is as large as the element that shows the frame and keeps its
 * aspect. Clears the canvas and gives it the pixels of the screen.
 */
export function begin(canvas, width, height) {
  const scale = window.devicePixelRatio || 1, seen = canvas.getBoundingClientRect();
  const wide = Math.round(seen.width * scale), high = Math.round(seen.height * scale);
  if (canvas.width !== wide || canvas.height !== high) { canvas.width = wide; canvas.height = high; }
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, wide, high);
  const zoom = width && height ? Math.min(wide / width, high / height) : 1;
  const area = {
    context, scale, width: (width || wide) * zoom, height: (height || high) * zoom,
    left: (wide - (width || wide) * zoom) / 2, top: (high - (height || high) * zoom) / 2,
  };
  context.font = "600 " + 12 * scale + "px system-ui, sans-serif";
  context.textBaseline = "alphabetic";
  context.lineJoin = "round";
  return area;
}

/** A point of the frame, 0 to 1, on the canvas. */
const place = (area, [x, y]) => [area.left + x * area.width, area.top + y * area.height];

/** Writes `text` on a plate of `colour` whose lower left corner is at a point of the canvas, inside of the frame. */
function plate(area, text, x, y, colour) {
  const { context, scale } = area, high = 17 * scale, wide = context.measureText(text).width + 8 * scale;
  const left = Math.max(area.left, Math.min(x, area.left + area.width - wide));
  const lower = Math.max(area.top + high, Math.min(y, area.top + area.height));
  context.fillStyle = colour;
  context.fillRect(left, lower - high, wide, high);
  context.fillStyle = "#101318";
  context.fillText(text, left + 4 * scale, lower - 5 * scale);
}

/** Draws a box `[x1, y1, x2, y2]` in shares of the frame, with `text` above it. */
export function drawBox(area, [x1, y1, x2, y2], colour, text) {
  const [left, top] = place(area, [x1, y1]), [right, bottom] = place(area, [x2, y2]);
  const { context, scale } = area;
  context.strokeStyle = colour;
  context.lineWidth = 2 * scale;
  context.strokeRect(left, top, right - left, bottom - top);
  if (text) plate(area, text, left - scale, top, colour);
}

/** The frame that `detections` are of, a message of the event stream. */
export function drawDetections(area, message) {
  const sides = [message.width, message.height, message.width, message.height];
  for (const thing of message.detections) {
    const text = thing.label + (thing.track === null ? "" : " #" + thing.track)
      + (thing.speed === undefined ? "" : " " + Math.round(thing.speed) + " " + thing.speed_unit);
    drawBox(area, thing.box.map((value, index) => value / sides[index]), colourOf(thing.label), text);
  }
}

function path(area, points, isClosed) {
  const { context } = area;
  context.beginPath();
  points.forEach((point, index) => context[index ? "lineTo" : "moveTo"](...place(area, point)));
  if (isClosed) context.closePath();
}

/** Zones, lines and masks of a camera, outlined. */
export function drawMarks(area, marks) {
  const { context, scale } = area;
  for (const [masks, text] of [[marks.object_masks, "mask"], [marks.motion_masks, "motion mask"], [marks.privacy_masks, "privacy"]]) {
    for (const points of masks ?? []) {
      path(area, points, true);
      context.fillStyle = "#0008";
      context.fill();
      context.strokeStyle = "#cfd5de";
      context.setLineDash([4 * scale, 4 * scale]);
      context.lineWidth = 1.5 * scale;
      context.stroke();
      context.setLineDash([]);
      plate(area, text, ...place(area, points[0]), "#cfd5de");
    }
  }
  for (const zone of marks.zones ?? []) drawZone(area, zone, "#5fd38d");
  for (const line of marks.lines ?? []) drawLine(area, line, "#f5c04e");
}

/** A zone: outline, a touch of colour, its name. */
export function drawZone(area, zone, colour, isClosed = true) {
  const { context, scale } = area;
  path(area, zone.points, isClosed);
  if (isClosed) { context.fillStyle = colour + "22"; context.fill(); }
  context.strokeStyle = colour;
  context.lineWidth = 2 * scale;
  context.stroke();
  if (zone.points.length) plate(area, zone.name, ...place(area, zone.points[0]), colour);
}

/** A line: an arrow from a to b, and where `in` is. */
export function drawLine(area, line, colour) {
  const { context, scale } = area;
  const [ax, ay] = place(area, line.a), [bx, by] = place(area, line.b ?? line.a);
  const angle = Math.atan2(by - ay, bx - ax), tip = 11 * scale;
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 2.5 * scale;
  context.beginPath();
  context.moveTo(ax, ay);
  context.lineTo(bx, by);
  context.stroke();
  context.beginPath();
  context.moveTo(bx, by);
  for (const turn of [0.45, -0.45]) context.lineTo(bx - tip * Math.cos(angle + turn), by - tip * Math.sin(angle + turn));
  context.closePath();
  context.fill();
  // In is to the right of somebody who looks from a to b: with y downwards, a quarter turn clockwise.
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2], reach = 26 * scale;
  plate(area, line.name, ax, ay, colour);
  const [inward] = line.directions ?? ["in"];
  const [ix, iy] = [mx - Math.sin(angle) * reach, my + Math.cos(angle) * reach];
  context.beginPath();
  context.moveTo(mx, my);
  context.lineTo(ix, iy);
  context.stroke();
  plate(area, inward, ix - 8 * scale, iy + 8 * scale, colour);
}

// Zones, lines and masks as they stand in the configuration of a camera.

const round = (value) => Math.round(value * 1000) / 1000;
const point = ([x, y]) => "[" + round(x) + ", " + round(y) + "]";
const points = (all) => "[" + all.map(point).join(", ") + "]";

// In quotes where YAML would take it for something else.
const word = (text) => (/^[A-Za-z][A-Za-z0-9_-]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text) ? text : JSON.stringify(text));
const list = (words) => "[" + words.map(word).join(", ") + "]";

// What stands in the configuration and has no field here stays.
const others = (shape) => (shape.others ? ", " + shape.others : "");

/** What is wrong with `shapes`, in a sentence; `null` if the service will take them. */
export function problem(shapes) {
  const names = new Set();
  for (const shape of shapes) {
    if (shape.kind.endsWith("mask")) {
      if (shape.points.length < 3) return "A mask needs at least three corners.";
      continue;
    }
    if (!/^[A-Za-z0-9_-]{1,40}$/.test(shape.name)) {
      return (shape.name ? "“" + shape.name + "” cannot be a name" : "A name is missing") + ": expected at most 40 letters, digits, _ and -.";
    }
    const key = shape.kind + " " + shape.name;
    if (names.has(key)) return "There are two " + shape.kind + "s called " + shape.name + ".";
    names.add(key);
    if (shape.kind === "zone" && shape.points.length < 3) return "The zone " + shape.name + " needs at least three corners.";
    if (shape.kind === "zone" && shape.metres.length) {
      if (shape.points.length !== 4) return "The zone " + shape.name + " needs four corners, because its four sides are measured.";
      if (![4, 5].includes(shape.metres.length) || !shape.metres.every((length) => length > 0)) {
        return "The sides of the zone " + shape.name + " need four lengths in metres, or five with the diagonal from the first corner to the third.";
      }
    }
    if (shape.kind === "line") {
      const [a, b] = shape.points;
      if (!b || point(a) === point(b)) return "The line " + shape.name + " needs two different ends.";
    }
  }
  return null;
}

/** When objects loiter: seconds, or seconds by class. */
function loitering({ loiter, isSummed }) {
  const seconds = (value) => round(value) + "s";
  if (!loiter) return "";
  const times = typeof loiter === "number" ? seconds(loiter)
    : "{" + Object.entries(loiter).map(([label, value]) => word(label) + ": " + seconds(value)).join(", ") + "}";
  return ", loiter: " + times + (isSummed ? ", loiter_sum: true" : "");
}

/** The part of the configuration of the camera `name` that `shapes` are. */
export function yaml(name, shapes) {
  const lines = ["cameras:", "  " + word(name) + ":"];
  const zones = shapes.filter((shape) => shape.kind === "zone"), counted = shapes.filter((shape) => shape.kind === "line");
  if (zones.length) lines.push("    zones:");
  for (const zone of zones) {
    const more = (zone.objects.length ? ", objects: " + list(zone.objects) : "") + loitering(zone)
      + (zone.metres.length ? ", speed: {metres: [" + zone.metres.map(round).join(", ") + "]" + (zone.unit === "km/h" ? "" : ", unit: " + word(zone.unit)) + "}" : "") + others(zone);
    lines.push("      " + word(zone.name) + ": {points: " + points(zone.points) + more + "}");
  }
  if (counted.length) lines.push("    lines:");
  for (const line of counted) {
    const [a, b] = line.points, [inward, outward] = line.directions;
    const named = inward && outward && inward !== outward && (inward !== "in" || outward !== "out");
    lines.push("      " + word(line.name) + ": {a: " + point(a) + ", b: " + point(b) + (named ? ", directions: " + list([inward, outward]) : "")
      + (line.objects.length ? ", objects: " + list(line.objects) : "") + others(line) + "}");
  }
  for (const [kind, key] of [["mask", "object_masks"], ["motion mask", "motion_masks"]]) {
    const masks = shapes.filter((shape) => shape.kind === kind);
    if (masks.length) lines.push("    " + key + ":", ...masks.map((mask) => "      - " + points(mask.points)));
  }
  return shapes.length ? lines.join("\n") + "\n" : "# nothing is drawn yet\n";
}

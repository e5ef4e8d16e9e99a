// Queries of the store: visits and recordings, each as an item with its objects.

import { ask, eventAddress } from "./dom.js";
import { startOf } from "./words.js";

const moment = (text) => (text ? Date.parse(text) : null);

/** When a clip begins, by its name. */
const beginning = (path) => {
  const parts = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)([\d.]{6}Z)_/.exec(path);
  return parts && Date.parse(parts.slice(1, 4).join("-") + "T" + parts.slice(4).join(":"));
};

/** The clip that shows what began at `start`: what moves several times has several. The latest, where none is known to. */
function clipAt(event, start) {
  const clips = event.clips ?? [], began = clips.map((each) => beginning(each.path));
  // Its pre-roll is before; clocks may differ a little.
  const index = start === undefined ? -1 : began.findLastIndex((each) => each && each <= start + 1000);
  if (index < 0 || clips[index].path === event.clip) {
    const last = clips.findIndex((each) => each.path === event.clip);
    return { clip: event.clip, clipQuery: "", offset: event.clip_offset ?? 0, clipStart: last > 0 ? began[last] : null };
  }
  const { path, offset } = clips[index];
  return { clip: path, clipQuery: "?clip=" + index, offset: offset ?? 0, clipStart: began[index] };
}

const object = (event, start) => ({
  id: event.id, label: event.label, start: moment(event.start ?? event.ts), end: moment(event.end), zones: event.entered ?? [],
  score: event.top_score ?? event.score ?? 0, isKept: event.kept === true,
  hasSnapshot: Boolean(event.snapshot), hasClip: Boolean(event.clip), ...clipAt(event, start),
  isStationary: event.stationary === true, box: event.snapshot_box ?? null,
});

/** A visit and its objects. */
function visit({ visit: event, objects }) {
  const found = objects.map((each) => object(each, moment(event.start ?? event.ts)));
  return {
    id: event.id, camera: event.camera, start: moment(event.start ?? event.ts), end: moment(event.end),
    isOver: event.phase === "end", labels: event.labels ?? [...new Set(found.map((each) => each.label))], zones: event.zones ?? [],
    severity: event.severity, isKept: event.kept === true, objects: found,
  };
}

/** An event of one object as an item of its own. */
function single(event) {
  const found = object(event);
  return {
    id: event.id, camera: event.camera, start: found.start, end: found.end, isOver: found.end !== null || event.type === "recording",
    labels: [event.label], zones: found.zones, severity: null, isKept: found.isKept, objects: [found],
  };
}

function conditions(query, more = {}) {
  const words = new URLSearchParams(more);
  for (const name of ["camera", "label", "zone"]) for (const value of query.getAll(name)) words.append(name, value);
  if (query.get("kept")) words.set("kept", "1");
  const day = query.get("day");
  if (day) {
    words.set("after", startOf(day).toISOString());
    words.set("before", startOf(day, 1).toISOString());
  }
  return words;
}

/** What the views list: where it comes from and what an item is called. */
export const kinds = {
  visits: {
    word: "visit", nothing: ["Nothing happened on this day.", "Nothing has happened today."], list: "/api/v1/visits", items: (answer) => answer.visits.map(visit),
    belongs: (event) => event.type === "visit" && event.phase === "new",
  },
  recordings: {
    word: "recording", nothing: ["No event left a clip on this day.", "No event has left a clip today."],
    list: "/api/v1/events", more: { has_clip: 1 }, items: (answer) => answer.events.filter((each) => each.label).map(single),
    belongs: (event) => event.type === "end" && Boolean(event.clip),
  },
};

/** A page of items that `query` asks for, the newest first, and where the next page begins. */
export async function items(kind, query, cursor, signal) {
  const words = conditions(query, { ...kind.more, limit: 50 });
  if (cursor) words.set("cursor", cursor);
  const answer = await ask(kind.list + "?" + words, { signal });
  return { items: kind.items(answer), next: answer.next };
}

/** All items of a day, whatever else `query` asks for; without the objects of visits. */
export async function dayOfItems(kind, day, signal) {
  const found = [];
  const words = conditions(new URLSearchParams({ day }), { ...kind.more, limit: 1000 });
  if (kind === kinds.visits) words.set("objects", "0");
  for (let page = 0; page < 5; page += 1) {
    const answer = await ask(kind.list + "?" + words, { signal });
    found.push(...kind.items(answer));
    if (!answer.next) break;
    words.set("cursor", answer.next);
  }
  return found;
}

/** The item `id` alone: a visit, or one event. */
export async function item(id, signal) {
  const { event, objects } = await ask(eventAddress(id), { signal });
  return event.type === "visit" ? visit({ visit: event, objects: objects ?? [] }) : single(event);
}

/** When each camera was offline on a day: `{camera: [[from, to], …]}` in milliseconds. */
export async function outages(day, signal) {
  const from = startOf(day).getTime(), to = Math.min(startOf(day, 1).getTime(), Date.now());
  // An outage may have started long before this day, and end on the next one.
  const before = new Date(startOf(day, 2)).toISOString();
  const [down, up] = await Promise.all(["camera_down", "camera_up"].map((type) =>
    ask("/api/v1/events?" + new URLSearchParams({ type, before, limit: 1000 }), { signal })));
  return outageSpans([...down.events, ...up.events], from, to);
}

/** The part between `from` and `to` of each outage that `changes`, events of cameras, begin and end. */
export function outageSpans(changes, from, to) {
  const found = {}, open = {};
  const add = (camera, start, end) => {
    if (end > from && start < to) (found[camera] ??= []).push([Math.max(start, from), Math.min(end, to)]);
  };
  for (const change of [...changes].sort((one, other) => moment(one.ts) - moment(other.ts))) {
    const { camera, outage } = change, time = moment(change.ts);
    if (change.type === "camera_down") {
      open[camera] ??= time;
      continue;
    }
    // After a restart of the service, the first end does not know how long it was.
    const start = Math.min(open[camera] ?? time, time - (outage ?? 0) * 1000);
    delete open[camera];
    if (start < time) add(camera, start, time);
  }
  for (const [camera, start] of Object.entries(open)) add(camera, start, to);
  return found;
}

/** Where an object was while its clip runs: `[{time, box}]`, time in seconds of the clip and box in shares of the frame. */
export async function trace(object, signal) {
  if (object.end || object.isStationary) try {
    const { points } = await ask(eventAddress(object.id, "/trace.json" + object.clipQuery), { signal });
    if (points?.length) return points.map(([time, ...box]) => ({ time, box }));
  } catch (error) { if (error.name === "AbortError") throw error; }
  // Without a trace: the places that the lines of the log name.
  const { lines } = await ask(eventAddress(object.id), { signal });
  let zero = object.start;
  for (const line of lines) if (line.type === "active" && line.seq < lines.at(-1).seq) zero = moment(line.ts);
  const points = lines.filter((line) => line.box_norm)
    .map((line) => ({ time: object.offset + (moment(line.ts) - zero) / 1000, box: line.box_norm }))
    .sort((one, other) => one.time - other.time);
  // The first line is written when the tracker is sure; the object was seen a little earlier.
  return points.length && points[0].time > object.offset ? [{ ...points[0], time: object.offset }, ...points] : points;
}

/** The box of a trace at `time`; `null` where nothing is known of it. */
export function boxAt(points, time) {
  const next = points.findIndex((point) => point.time > time);
  const before = points.at(next < 0 ? -1 : next - 1), after = next < 0 ? null : points[next];
  const earlier = next === 0 ? null : before;
  if (earlier && after && after.time - earlier.time <= 2) {
    const share = (time - earlier.time) / (after.time - earlier.time);
    return earlier.box.map((value, index) => value + (after.box[index] - value) * share);
  }
  // Frames are shown a moment before or after they were analysed.
  if (!earlier) return after && after.time - time <= 0.1 ? after.box : null;
  const nearest = after && after.time - time < time - earlier.time ? after : earlier;
  return Math.abs(nearest.time - time) <= 0.5 ? nearest.box : null;
}

/** Marks events as kept or not; fails with a sentence. */
export const keep = (id, isKept) => ask(eventAddress(id, "/keep?kept=" + (isKept ? 1 : 0)), { method: "POST" });

/** Removes an event for good, with what shows it alone. */
export const remove = (id) => ask(eventAddress(id), { method: "DELETE" });

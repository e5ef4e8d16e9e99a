"use strict";

// What happened: a row for each event, at first those of the store, then as they come. Later lines of an event change its row.
const rows = new Map();
const longestList = 100;
const cameraStates = { camera_up: "is online", camera_down: "is offline" };

function happened(event) {
  if (!event.label && !cameraStates[event.type]) return;
  const known = rows.get(event.id);
  // An end stays one, whatever is reported with it.
  const facts = known?.facts.end ? { ...event, ...known.facts } : { ...known?.facts, ...event };
  const item = known?.item ?? document.createElement("li");
  rows.set(event.id, { item, facts });
  item.replaceChildren(...parts(facts));
  item.className = facts.label ? "" : facts.type.slice(7);
  if (known) return;
  const list = document.getElementById("events");
  list.prepend(item);
  while (list.children.length > longestList) list.lastElementChild.remove();
  if (rows.size > 2 * longestList) for (const [id, row] of rows) if (!row.item.isConnected) rows.delete(id);
}

function parts(facts) {
  const time = element("time", moment(facts.start ?? facts.ts));
  time.dateTime = facts.start ?? facts.ts;
  if (!facts.label) return [time, element("span", facts.camera + " " + cameraStates[facts.type])];
  const text = element("span", facts.label + " · " + facts.camera);
  for (const zone of facts.entered ?? []) text.append(" ", element("b", zone));
  const length = facts.end ? (new Date(facts.end) - new Date(facts.start ?? facts.ts)) / 1000 : null;
  text.append(" ", element("small", length === null ? "is there" : duration(length)));
  const address = "/api/v1/events/" + facts.id + "/";
  // A clip may have begun before the event.
  const offset = facts.clip_offset > 0 ? "#t=" + facts.clip_offset : "";
  if (facts.clip) text.append(" ", link(address + "clip.mp4" + offset, "clip"));
  if (facts.snapshot) {
    const picture = link(address + "snapshot.jpg", "");
    const image = element("img", "");
    image.loading = "lazy";
    image.src = address + "snapshot.jpg";
    image.alt = facts.label + " in front of " + facts.camera;
    image.onerror = () => picture.remove();
    picture.append(image);
    text.append(picture);
  }
  return [time, text];
}

function element(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

function link(address, text) {
  const made = element("a", text);
  made.href = address;
  made.target = "_blank";
  return made;
}

// The time alone today, the date, too, before.
function moment(text) {
  const at = new Date(text);
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? at.toLocaleTimeString() : at.toLocaleString([], { dateStyle: "short", timeStyle: "short" });
}

function duration(seconds) {
  if (seconds < 60) return seconds.toFixed(1) + " s";
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? minutes + " min " + Math.round(seconds % 60) + " s" : Math.floor(minutes / 60) + " h " + minutes % 60 + " min";
}

// Those of the store, oldest first, so that the newest stands on top. What is not kept is not there.
async function remember() {
  try {
    const answer = await fetch("/api/v1/events?limit=" + longestList);
    if (answer.ok) for (const event of (await answer.json()).events.reverse()) happened(event);
  } catch { /* The connection is gone: the stream of events reports that. */ }
}

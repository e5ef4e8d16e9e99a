// One event stream drives the page: the list of cameras, their states, what their frames show, and what happens.

import { ask } from "./dom.js";

/** The last report of each camera by its name, in the order of the configuration. */
export const cameras = new Map();

/** Dispatches `cameras`, `camera`, `detections` and `happened` with `detail`, and `connection` when it comes or goes. */
export const stream = new EventTarget();

/** Whether the server is heard. Until then nothing is known of any camera. */
export let isConnected = false;

// The server sends something at least every five seconds.
const patience = 15_000;
let source, watchdog;

const tell = (name, detail) => stream.dispatchEvent(new CustomEvent(name, { detail }));

function connection(isThere) {
  clearTimeout(watchdog);
  if (isThere) watchdog = setTimeout(lose, patience);
  if (isThere === isConnected) return;
  isConnected = isThere;
  tell("connection", isThere);
}

// A cable that was pulled gives no error.
function lose() {
  connection(false);
  listen();
}

/** Connects, and connects again after an interruption. */
export function listen() {
  source?.close();
  source = new EventSource("/api/v1/events/stream");
  const hear = (name, take) => source.addEventListener(name, (message) => {
    connection(true);
    take(JSON.parse(message.data));
  });
  hear("time", () => {});
  hear("cameras", (names) => {
    for (const name of [...cameras.keys()]) if (!names.includes(name)) cameras.delete(name);
    const known = new Map(cameras);
    cameras.clear();
    for (const name of names) cameras.set(name, known.get(name) ?? { name, state: "connecting" });
    tell("cameras", names);
  });
  hear("camera", (report) => {
    // Attempts and outages are counted by this clock from here on.
    report.heard = Date.now();
    const isNew = !cameras.has(report.name);
    cameras.set(report.name, report);
    if (isNew) tell("cameras", [...cameras.keys()]);
    tell("camera", report);
  });
  hear("detections", (message) => tell("detections", message));
  hear("event", (event) => tell("happened", event));
  source.onerror = () => {
    connection(false);
    if (source.readyState !== EventSource.CLOSED) return;
    // Refused: where the session is over, this asks for the token again.
    ask("/version").catch(() => {});
    setTimeout(listen, 3000);
  };
}

/** What is wrong with a camera, in words that count on: since when, why, when it is tried again. `null` for one that works. */
export function trouble(report, now = Date.now()) {
  if (!isConnected) return { title: "No connection to the server", since: null, next: null };
  if (report.state === "up" || report.state === "disabled") return null;
  const outage = report.offline_s === null || report.offline_s === undefined
    ? null : report.offline_s + (now - (report.heard ?? now)) / 1000;
  const rest = report.retry_in === null || report.retry_in === undefined
    ? null : Math.max(0, report.retry_in - (now - (report.heard ?? now)) / 1000);
  return { cause: report.last_cause ?? report.cause, message: report.last_failure, outage, rest };
}

// Times, lengths and states in words.

const causes = {
  unreachable: "nobody answers at its address",
  missing: "there is no such stream or device",
  stalled: "it is connected, but sends no frames",
  refused: "it refused the user name or password",
  busy: "another program uses it",
  ended: "its stream ended",
  damaged: "its stream cannot be decoded",
  unsupported: "this kind of stream is not supported",
  failed: "something failed here",
};

/** Why a camera is offline. */
export const causeInWords = (cause) => causes[cause] ?? cause ?? "the connection was lost";

/** A length of time, short: `9 s`, `4 min`, `2 h 5 min`. */
export function length(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return whole + " s";
  const minutes = Math.floor(whole / 60);
  if (minutes < 10) return minutes + " min" + (whole % 60 ? " " + whole % 60 + " s" : "");
  if (minutes < 60) return minutes + " min";
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? hours + " h" + (minutes % 60 ? " " + minutes % 60 + " min" : "") : Math.floor(hours / 24) + " days";
}

/** A time of day with seconds, as people here write it. */
export const clock = (time) => new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** `today` or a short date. */
export function date(time) {
  const at = new Date(time);
  if (dayOf(at) === dayOf(new Date())) return "today";
  const sameYear = at.getFullYear() === new Date().getFullYear();
  return at.toLocaleDateString([], { day: "numeric", month: "short", year: sameYear ? undefined : "numeric" });
}

/** `2026-11-28`, by the clock of this browser. */
export function dayOf(time) {
  const at = new Date(time);
  const two = (number) => String(number).padStart(2, "0");
  return at.getFullYear() + "-" + two(at.getMonth() + 1) + "-" + two(at.getDate());
}

/** When a day begins here; `step` days later. Days at which clocks are set have 23 or 25 hours. */
export function startOf(day, step = 0) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + step);
}

/** `Yesterday, 28 Nov`. */
export function dayInWords(day) {
  const at = startOf(day), today = dayOf(new Date());
  const text = at.toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" });
  if (day === today) return "Today, " + at.toLocaleDateString([], { day: "numeric", month: "short" });
  if (day === dayOf(startOf(today, -1))) return "Yesterday, " + at.toLocaleDateString([], { day: "numeric", month: "short" });
  return at.getFullYear() === new Date().getFullYear() ? text : text + " " + at.getFullYear();
}

/** With a capital letter. */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** `1 visit`, `3 visits`. */
export const counted = (count, word) => count.toLocaleString() + " " + word + (count === 1 ? "" : "s");

/** `3 people` would need a dictionary: `person ×3`. */
export const several = (label, count) => capital(label) + (count > 1 ? " ×" + count : "");

/** A size in bytes. */
export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let place = 0;
  while (count >= 1000 && place < units.length - 1) { count /= 1000; place += 1; }
  return (count < 10 && place > 0 ? count.toFixed(1) : Math.round(count)) + " " + units[place];
}

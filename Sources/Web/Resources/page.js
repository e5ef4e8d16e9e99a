"use strict";

// One event stream drives the page. A camera's image is fetched when there is a new one, its card is in sight and the last
// fetch is done: many cameras need few connections (browsers give a site six), and a slow line sees fewer images instead of
// old ones.
const cards = new Map();
const byId = (id) => document.getElementById(id);

function card(name) {
  const known = cards.get(name);
  if (known) return known;
  const root = byId("card").content.firstElementChild.cloneNode(true);
  const part = (selector) => root.querySelector(selector);
  const made = {
    name, root, image: part("img"), blank: part(".blank"), numbers: part(".numbers"), seen: part(".seen"),
    isInSight: true, isLoading: false, isStale: false, times: [], report: null,
  };
  part("h2").textContent = name;
  made.image.alt = "Picture of " + name;
  made.image.onload = () => {
    made.image.hidden = false;
    made.isLoading = false;
    if (made.isStale) show(made);
  };
  made.image.onerror = () => { made.isLoading = false; };
  part(".view").onclick = () => enlarge(name);
  byId("cameras").append(root);
  cards.set(name, made);
  sight.observe(root);
  return made;
}

const sight = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    for (const one of cards.values()) {
      if (one.root !== entry.target) continue;
      one.isInSight = entry.isIntersecting;
      if (one.isInSight && one.isStale) show(one);
    }
  }
});

function show(one) {
  if (one.isLoading || !one.isInSight || document.hidden) { one.isStale = true; return; }
  one.isLoading = true;
  one.isStale = false;
  one.image.src = "/api/v1/cameras/" + one.name + "/latest.jpg?boxes=1&at=" + performance.now();
}

function enlarge(name) {
  const large = byId("large"), kind = byId("kind");
  const image = large.querySelector("img"), video = large.querySelector("video");
  image.alt = "Live view of " + name;
  let watching = new AbortController();
  // Pictures have boxes; the camera's own video has all of its pictures, a second later.
  const view = (isVideo) => {
    watching.abort();
    watching = new AbortController();
    kind.textContent = isVideo ? "Boxes" : "Video";
    kind.onclick = () => view(!isVideo);
    [image.hidden, video.hidden] = [isVideo, !isVideo];
    byId("behind").textContent = "";
    if (isVideo) {
      image.removeAttribute("src");
      play(video, name, watching.signal).catch(() => { kind.hidden = true; view(false); });
    } else {
      video.removeAttribute("src");
      video.load();
      image.src = "/live/" + name + ".mjpg";
    }
  };
  kind.hidden = !card(name).report?.hls;
  view(false);
  large.onclose = () => {
    watching.abort();
    for (const each of [image, video]) each.removeAttribute("src");
    video.load();
  };
  large.onclick = (event) => { if (event.target === large) large.close(); };
  large.showModal();
}

// Plays a camera's video and begins anew after an interruption; fails if this browser cannot play it.
async function play(video, name, signal) {
  const address = "/live/" + name + "/";
  const tell = (seconds) => {
    byId("behind").textContent = seconds >= 0 && seconds < 60 ? seconds.toFixed(1) + " s behind" : "";
  };
  let hasPlayed = false;
  video.ontimeupdate = () => { hasPlayed ||= video.currentTime > 0; };
  while (!signal.aborted) {
    try { await film(video, address, signal, tell); } catch {
      if (signal.aborted) return;
      if (hasPlayed) { await new Promise((resolve) => setTimeout(resolve, 1000)); continue; }
      if (!video.canPlayType("application/vnd.apple.mpegurl")) throw new Error("cannot be played");
      video.src = address + "index.m3u8";
      return await video.play();
    }
  }
}

function cameraChanged(report) {
  const one = card(report.name);
  one.report = report;
  one.root.className = "card " + report.state;
  const isAway = report.state !== "up";
  one.blank.classList.toggle("shown", isAway);
  one.blank.textContent =
    report.state === "down" ? "No picture: " + (report.cause || "lost")
    : report.state === "disabled" ? "Switched off"
    : isAway ? "Connecting…" : "Waiting for the first picture…";
  one.blank.title = report.last_failure || "";
  if (isAway) { one.numbers.textContent = report.state; one.seen.replaceChildren(); }
  else if (report.frames > 0) show(one);
  summarise();
}

// Cards of cameras that are no longer there go.
function listed(names) {
  for (const one of [...cards.values()]) {
    if (names.includes(one.name)) continue;
    sight.unobserve(one.root);
    one.root.remove();
    cards.delete(one.name);
  }
  summarise();
}

function summarise() {
  const all = [...cards.values()].map((each) => each.report).filter((each) => each && each.state !== "disabled");
  const up = all.filter((each) => each.state === "up").length;
  byId("summary").textContent = up + " of " + all.length + (all.length === 1 ? " camera up" : " cameras up");
}

function detected(news) {
  // The last picture of a camera that goes may be looked at after it has gone.
  const one = cards.get(news.camera);
  if (!one) return;
  const now = performance.now();
  one.times.push(now);
  while (one.times.length > 1 && now - one.times[0] > 4000) one.times.shift();
  const span = now - one.times[0];
  const rate = span > 500 ? ((one.times.length - 1) * 1000 / span).toFixed(1) + " /s · " : "";
  one.numbers.textContent = rate + news.width + "×" + news.height;
  const counts = new Map();
  for (const thing of news.detections) counts.set(thing.label, (counts.get(thing.label) || 0) + 1);
  one.seen.replaceChildren(...[...counts].map(([label, count]) => {
    const chip = document.createElement("span");
    chip.textContent = count > 1 ? label + " ×" + count : label;
    return chip;
  }));
  show(one);
}

function listen() {
  const source = new EventSource("/api/v1/events/stream");
  source.addEventListener("cameras", (message) => listed(JSON.parse(message.data)));
  source.addEventListener("camera", (message) => cameraChanged(JSON.parse(message.data)));
  source.addEventListener("detections", (message) => detected(JSON.parse(message.data)));
  source.addEventListener("event", (message) => happened(JSON.parse(message.data)));
  source.onerror = () => {
    byId("summary").textContent = "no connection; trying again…";
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) for (const one of cards.values()) if (one.isStale) show(one);
});
remember().then(listen);

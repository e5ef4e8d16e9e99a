import { begin, drawDetections, drawMarks } from "./boxes.js";
import { ask, cameraAddress, h, icon, iconButton } from "./dom.js";
import { edit } from "./editor.js";
import { film } from "./film.js";
import { cameras, isConnected, stream, trouble } from "./stream.js";
import { describe } from "./tile.js";
import { capital, clock, several } from "./words.js";

/** One camera: its own video where the browser can play it, else its frames; boxes, zones and masks on a canvas above. */
export function watch(main, name, isEditing, signal) {
  const video = h("video", { muted: true, playsinline: true, hidden: true, "aria-label": "Video of " + name });
  video.muted = true;
  const image = h("img", { alt: "Frames of " + name, hidden: true });
  const canvas = h("canvas", { "aria-hidden": "true" });
  const note = h("p", { class: "note", role: "status" }), time = h("time", { class: "clock" });
  const behind = h("span", { class: "behind", title: "How long ago the server received this" });
  const seen = h("span", { class: "seen" });
  const dot = h("i", { class: "dot", "aria-hidden": "true" });
  const stage = h("div", { class: "stage large" }, video, image, canvas, note);
  const state = { boxes: true, marks: true, isVideo: false, shown: null, queue: [], wanted: null };

  const toggle = (icon, label, key) => {
    const button = iconButton(icon, label, () => {
      state[key] = !state[key];
      button.setAttribute("aria-pressed", state[key]);
      draw();
    }, { "aria-pressed": state[key] }, label);
    return button;
  };
  const full = iconButton("full", "Full screen", () => (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen?.()), {}, "Full screen");
  const boxes = toggle("boxes", "Boxes", "boxes");
  const editing = h("a", { class: "button", href: "#live?camera=" + encodeURIComponent(name) + "&edit=1", "aria-label": "Zones and lines", title: "Zones and lines" },
    icon("edit"), h("span", {}, "Zones and lines"));
  const bar = h("div", { class: "toolbar" }, boxes, toggle("zones", "Outlines", "marks"), editing, full);
  const heading = h("div", { class: "heading" },
    h("a", { class: "button", href: "#live", "aria-label": "All cameras", title: "All cameras" }, icon("left")),
    h("h1", {}, dot, name), seen, behind, time);
  const root = h("section", { class: isEditing ? "watch editing" : "watch" }, heading, stage, isEditing ? null : bar);
  main.replaceChildren(root);

  let marks = {};
  const size = () => state.isVideo
    ? [video.videoWidth, video.videoHeight] : [image.naturalWidth, image.naturalHeight];
  const draw = () => {
    const [width, height] = size();
    if (width) stage.style.setProperty("--ratio", width / height);
    // An editor draws there itself.
    if (isEditing) return;
    const area = begin(canvas, width, height);
    if (state.marks) drawMarks(area, marks);
    if (state.boxes && state.shown && !note.textContent) drawDetections(area, state.shown);
  };
  ask(cameraAddress(name, "/marks")).then((found) => {
    marks = found;
    if (isEditing) edit(root, stage, canvas, name, found, size, signal);
    draw();
  }).catch((error) => { note.textContent = capital(error.message); });

  // What can be switched while the service runs, where it can be.
  ask(cameraAddress(name, "/switches"), { signal })
    .then((found) => bar.append(h("span", { class: "group", role: "group", "aria-label": "Switches" },
      ...Object.entries(found).map(([key, isOn]) => switchOf(name, key, isOn, note)))))
    .catch(() => {});

  const showDetections = (message) => {
    state.shown = message;
    const counts = new Map();
    for (const thing of message.detections) counts.set(thing.label, (counts.get(thing.label) ?? 0) + 1);
    seen.textContent = [...counts].map(([label, count]) => several(label, count)).join(" · ");
    time.textContent = clock(message.ts ?? Date.now());
    draw();
  };
  stream.addEventListener("detections", ({ detail }) => {
    if (detail.camera !== name) return;
    // Video is a second behind what has been inferred: boxes wait for their frame.
    if (!state.isVideo) return showDetections(detail);
    state.queue.push(detail);
    if (state.queue.length > 600) state.queue.shift();
  }, { signal });

  const showState = () => {
    const report = cameras.get(name);
    dot.dataset.state = root.dataset.state = !isConnected ? "unknown" : report?.state ?? "missing";
    const problem = report ? trouble(report) : null;
    const lines = problem ? describe(problem)
      : report?.state === "disabled" ? ["Switched off"] : report || !isConnected ? [] : ["There is no camera called " + name];
    if (problem?.message && problem.outage !== null) lines.push(problem.message);
    const text = lines.join("\n");
    if (note.textContent !== text) { note.textContent = text; draw(); }
    choose(report);
  };
  // Video where the camera's own stream can be shown, frames else; chosen again after an outage.
  const choose = (report) => {
    const wanted = !report || report.state !== "up" || !isConnected ? null : report.hls && !state.failed ? "video" : "frames";
    if (wanted === state.wanted) return;
    state.wanted = wanted;
    state.playing?.abort();
    if (wanted === "video") play(); else if (wanted === "frames") showFrames();
  };
  const showFrames = () => {
    state.isVideo = false;
    behind.textContent = "";
    [video.hidden, image.hidden] = [true, false];
    image.src = "/live/" + encodeURIComponent(name) + ".mjpg?boxes=0&at=" + Math.round(performance.now());
  };
  const play = async () => {
    const playing = state.playing = new AbortController();
    // Until the video runs there are frames.
    showFrames();
    let hasPlayed = false;
    const tell = (seconds, shownAt) => {
      if (video.currentTime > 0 && !hasPlayed) {
        hasPlayed = state.isVideo = true;
        [video.hidden, image.hidden] = [false, true];
        image.removeAttribute("src");
      }
      state.clock = { media: video.currentTime, wall: shownAt };
      behind.textContent = seconds >= 0 && seconds < 60 ? seconds.toFixed(1) + " s behind" : "";
    };
    try {
      await film(video, "/live/" + encodeURIComponent(name) + "/", playing.signal, tell);
    } catch {
      if (playing.signal.aborted) return;
      // A new segment header or a short interruption: again from the start. A codec that is not known here: frames.
      state.failed = !hasPlayed;
      state.wanted = null;
      setTimeout(() => { if (!signal.aborted) showState(); }, 1000);
    }
  };
  const follow = () => {
    if (signal.aborted) return;
    requestAnimationFrame(follow);
    if (!state.isVideo || !state.clock) return;
    const shownAt = state.clock.wall + (video.currentTime - state.clock.media) * 1000;
    let latest = null;
    while (state.queue.length && state.queue[0].ts <= shownAt) latest = state.queue.shift();
    if (latest) showDetections(latest);
  };
  image.onload = draw;
  const resized = new ResizeObserver(draw);
  resized.observe(stage);
  stream.addEventListener("camera", ({ detail }) => { if (detail.name === name) showState(); }, { signal });
  stream.addEventListener("cameras", showState, { signal });
  stream.addEventListener("connection", showState, { signal });
  const timer = setInterval(showState, 1000);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    resized.disconnect();
    state.playing?.abort();
    image.removeAttribute("src");
    video.removeAttribute("src");
    video.load();
  });
  showState();
  follow();
  return {
    key(name) {
      const button = { f: full, b: boxes }[name];
      if (isEditing || !button) return false;
      button.click();
      return true;
    },
  };
}

/** A button that switches something of a camera. */
function switchOf(name, key, isOn, note) {
  const words = { enabled: "Camera", detect: "Detection", record: "Recording" };
  const button = h("button", { type: "button", class: "chip", "aria-pressed": isOn, onclick: async () => {
    button.disabled = true;
    try {
      const body = JSON.stringify({ [key]: button.getAttribute("aria-pressed") !== "true" });
      const found = await ask(cameraAddress(name), { method: "POST", body, headers: { "Content-Type": "application/json" } });
      button.setAttribute("aria-pressed", found[key]);
    } catch (error) { note.textContent = capital(error.message); }
    button.disabled = false;
  } }, words[key] ?? capital(key));
  return button;
}

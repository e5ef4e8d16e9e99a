// Plays a camera's own video by low-latency HLS: parts of half a second, each as soon as it is there. The players built into
// browsers stay several seconds behind, and some browsers have none.

// The parts that a playlist names, oldest first; `end` is when their last frame came, by the server's clock.
function partsOf(playlist) {
  const parts = [];
  let header, time;
  for (const line of playlist.split("\n")) {
    const name = line.match(/URI="([^"]+)"/)?.[1];
    if (line.startsWith("#EXT-X-MAP:")) header = name;
    else if (line.startsWith("#EXT-X-PROGRAM-DATE-TIME:")) time = Date.parse(line.slice(25));
    else if (line.startsWith("#EXT-X-PART:")) {
      time += Number(line.match(/DURATION=([\d.]+)/)[1]) * 1000;
      parts.push({ name, header, end: time, isOpening: line.includes("INDEPENDENT=YES") });
    }
  }
  return parts;
}

// What a browser calls the H.264 that `header` describes: profile, constraints and level of its avcC.
function codecOf(header) {
  const place = header.findIndex((_, at) => String.fromCharCode(...header.subarray(at, at + 4)) === "avcC");
  if (place < 0) throw new Error("not H.264");
  return "avc1." + [...header.subarray(place + 5, place + 8)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

const once = (target, name) => new Promise((resolve, reject) => {
  const hear = (event) => {
    for (const each of [name, "error"]) target.removeEventListener(each, hear);
    if (event.type === name) resolve(); else reject(new Error("cannot be shown"));
  };
  for (const each of [name, "error"]) target.addEventListener(each, hear);
});

/**
 * Plays what is at `address` in `video` until `signal`; fails when it ends or changes. `tell` hears how many seconds the video is
 * behind what the server has received, and when the server received the frame that is shown now, in milliseconds since 1970.
 */
export async function film(video, address, signal, tell) {
  const source = new MediaSource();
  video.src = URL.createObjectURL(source);
  await once(source, "sourceopen");
  URL.revokeObjectURL(video.src);
  const get = async (name) => {
    const answer = await fetch(address + name, { signal });
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  };
  const bytes = async (name) => new Uint8Array(await (await get(name)).arrayBuffer());
  let buffer, header, last, place = [0, 0];
  const append = async (piece) => { buffer.appendBuffer(piece); await once(buffer, "updateend"); };
  while (!signal.aborted) {
    const playlist = await (await get("index.m3u8?_HLS_msn=" + place[0] + "&_HLS_part=" + place[1])).text();
    const parts = partsOf(playlist);
    const known = parts.findIndex((part) => part.name === last);
    for (const part of parts.slice(known < 0 ? parts.findLastIndex((each) => each.isOpening) : known + 1)) {
      if (part.header !== header) {
        if (header) throw new Error("another stream");
        header = part.header;
        const opening = await bytes(header);
        buffer = source.addSourceBuffer('video/mp4; codecs="' + codecOf(opening) + '"');
        await append(opening);
      }
      await append(await bytes(part.name));
      last = part.name;
      keepUp(video, buffer.buffered, part.end, tell);
    }
    const start = video.currentTime - 10;
    if (buffer.buffered.length && buffer.buffered.start(0) < start - 10) {
      buffer.remove(0, start);
      await once(buffer, "updateend");
    }
    place = playlist.match(/HINT:TYPE=PART,URI="(\d+)\.(\d+)\.m4s"/).slice(1);
  }
}

// Stays near the end of what is there: a little faster when behind, with a jump when far behind.
function keepUp(video, ranges, end, tell) {
  if (!ranges.length) return;
  const newest = ranges.end(ranges.length - 1);
  let rest = newest - video.currentTime;
  if (rest > 3 || video.currentTime < ranges.start(ranges.length - 1)) {
    rest = Math.min(0.6, newest - ranges.start(ranges.length - 1));
    video.currentTime = newest - rest;
  }
  video.playbackRate = rest > 1.2 ? 1.1 : 1;
  if (video.paused) video.play().catch(() => {});
  tell((Date.now() - end) / 1000 + rest, end - rest * 1000);
}

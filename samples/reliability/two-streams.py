#!/usr/bin/env python3
"""usage: two-streams.py {gaps | cost | events} MODEL VIDEO [--minutes 60] [--cameras 4] [--events 1000] [--keep FOLDER]      (needs ffmpeg)

A camera with two RTSP streams on loopback: a small one, which is decoded, and one of 2560x1440 at 8 Mbit/s, which is recorded
and never decoded. Each frame of both has its number burned in, as black and white squares.

gaps    records all that the large stream sends for so many minutes. ffprobe reads every segment: between the end of one and the
        start of the next there must be at most 0.1 s, by their names and lengths, and the numbers of the frames on both sides
        have to follow each other.
cost    compares the time on the processor with and without the large stream, recorded all the time, and by thread: at most 2 %
        of a core.
events  has cameras watch VIDEO until there are so many events with a clip. The frame of the clip at clip_offset is decoded; its
        number and the log of the camera give the moment at which it was sent. It may be one GOP (1 s) from the event: from its
        start, or from when a stationary object (all that stands there when a camera starts) began to move. The first frame of
        a clip may be one GOP from the first such moment in it less pre_roll, or from the first frame that the camera sent.

Exit code 1 where that is not so.
"""
import argparse
import bisect
import collections
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from cameras import Cameras, Service, encode

LARGE, SMALL = "2560x1440", "640x480"
LARGE_RATE, SMALL_RATE, GOP, PRE_ROLL = 20, 5, 1.0, 5.0
BITS = 12


def numbered(size, bits=BITS):
    """Filters that write each frame's number in squares along the upper edge, the lowest bit first."""
    width, height = map(int, size.split("x"))
    side = width // 40
    boxes = [f"scale={width}:{height}", f"drawbox=0:0:{side * (bits + 2)}:{side}:black:fill"]
    # A white square first, so that a frame without numbers is noticed.
    boxes.append(f"drawbox=0:0:{side}:{side}:white:fill")
    boxes += [f"drawbox={side * (bit + 1)}:0:{side}:{side}:white:fill:enable='gte(mod(floor(n/{2 ** bit}),2),1)'" for bit in range(bits)]
    return ",".join(boxes)


def numbers(path, seek=None, count=None, last=None, bits=BITS):
    """The numbers of frames of a file: `count` from second `seek` on, or all of the last seconds."""
    place = ["-sseof", str(-last)] if last else ["-ss", f"{seek:.3f}"] if seek else []
    limit = ["-frames:v", str(count)] if count else []
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", *place, "-i", path, *limit, "-vf", f"crop=iw:iw/40:0:0,scale=40:1:flags=area,format=gray", "-fps_mode",
         "passthrough", "-f", "rawvideo", "-"], check=True, capture_output=True).stdout
    found = []
    for start in range(0, len(raw) - 39, 40):
        squares = raw[start:start + bits + 2]
        if squares[0] < 128 or squares[bits + 1] > 128:
            sys.exit(f"{path}: a frame has no number")
        found.append(sum((squares[bit + 1] > 128) << bit for bit in range(bits)))
    return found


def clip(folder, video, name, size, rate, seconds, bitrate=None):
    path = f"{folder}/{name}.h264"
    if not os.path.exists(path):
        chain = f"fps={rate},{numbered(size)}"
        source = ["-stream_loop", "-1", "-i", video]
        if bitrate:  # Noise, so that it has the size of a large camera's stream.
            chain = f"fps={rate},scale={size.replace('x', ':')},noise=alls=6:allf=t,{numbered(size)}"
        encode(source, path + ".part", rate, size, seconds, chain)
        os.rename(path + ".part", path)
    return path


def probe(path):
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=duration,start_time,nb_frames", "-of", "json", path],
        check=True, capture_output=True, text=True).stdout
    stream = json.loads(shown)["streams"][0]
    return float(stream["start_time"]), float(stream["duration"])


def moment(text):
    return datetime.datetime.strptime(text, "%Y%m%dT%H%M%S.%f%z").timestamp()


def segments(folder):
    # Clips of events are in the same folders.
    files = [path for path in pathlib.Path(folder).glob("c0/*/*/c0_*_*.mp4") if path.stem.split("_")[-1] in ("still", "motion", "unfinished")]
    return sorted(files, key=lambda path: path.name.split("_")[1])


def camera(inputs, record):
    lines = ", ".join(f'{{url: "{url}", roles: [{roles}]}}' for url, roles in inputs)
    return f"inputs: [{lines}], transport: tcp, record: {{{record}}}"


class TwoStreams(Service):
    """A service whose cameras are given whole."""

    def write(self, cameras):
        self.urls = cameras
        lines = "\n".join(f"  c{index}: {{{one}}}" for index, one in enumerate(cameras))
        pathlib.Path(f"{self.folder}/service.yml").write_text(
            f'version: 1\nmodel: {{path: "{self.model}", imgsz: {self.size}}}\ndefaults: {{detect: {self.detect}, '
            f"track: {{buffer: 1s}}}}\ncameras:\n{lines}\nhttp: {{listen: \"127.0.0.1:0\"}}\n"
            f"outputs: {{events: {{jsonl: {{path: {self.folder}/events.jsonl}}}}, storage: {{path: {self.folder}/media, min_free: 0}}}}\n")

    def thread_seconds(self):
        """Seconds on the processor by the name of the thread."""
        found = collections.Counter()
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                head, rest = (task / "stat").read_text().rsplit(")", 1)
                found[head.split("(", 1)[1]] += sum(map(int, rest.split()[11:13])) / os.sysconf("SC_CLK_TCK")
            except OSError:
                pass
        return found


def gaps(folder, options):
    large = Cameras(clip(folder, options.video, "large", LARGE, LARGE_RATE, 20, True), LARGE_RATE)
    small = Cameras(clip(folder, options.video, "small", SMALL, SMALL_RATE, 60), SMALL_RATE)
    record = f"continuous: 1d, motion: 2d, alerts: 3d, pre_roll: {PRE_ROLL}s"
    inputs = [(small.url("small"), "detect"), (large.url("large"), "record, live")]
    service = TwoStreams(folder, options.model, [camera(inputs, record)], "{fps: 2, classes: [person]}", 320)
    try:
        service.wait_until_up()
        end = time.monotonic() + options.minutes * 60
        while time.monotonic() < end:
            time.sleep(5)
            if service.process.poll() is not None:
                sys.exit("the service has ended")
    finally:
        service.end()
        large.end()
        small.end()
    return judge_gaps(f"{folder}/media", 20 * LARGE_RATE)


def judge_gaps(media, loop):
    files = segments(media)
    worst, jumps, total, frames = 0.0, 0, 0.0, 0
    before = None
    for file in files:
        parts = file.stem.split("_")
        if parts[-1] == "unfinished":
            sys.exit(f"{file} was not finished")
        start, (first, length) = moment(parts[1]), probe(str(file))
        shown = numbers(str(file))
        jumps += sum((after - one) % loop != 1 for one, after in zip(shown, shown[1:]))
        if before:
            worst = max(worst, abs(start + first - before[0]))
            jumps += (shown[0] - before[1]) % loop != 1
        before = start + first + length, shown[-1]
        total, frames = total + length, frames + len(shown)
    span = before[0] - moment(files[0].stem.split("_")[1])
    print(f"{len(files)} segments of {total:.1f} s in {span:.1f} s, {frames} frames; largest gap or overlap {worst:.3f} s; "
          f"{jumps} frames whose number does not follow", flush=True)
    return worst <= 0.1 and jumps == 0 and total >= span - 0.1


def cost(folder, options):
    large = Cameras(clip(folder, options.video, "large", LARGE, LARGE_RATE, 20, True), LARGE_RATE)
    small = Cameras(clip(folder, options.video, "small", SMALL, SMALL_RATE, 60), SMALL_RATE)
    alone = [camera([(small.url("small"), "detect, record, live")], "clips: false, snapshots: false")]
    both = [camera([(small.url("small"), "detect"), (large.url("large"), "record, live")], "clips: false, snapshots: false, continuous: 1d")]
    shares, threads = {False: [], True: []}, collections.Counter()
    try:
        for _ in range(3):
            for name, cameras in ((False, alone), (True, both)):
                service = TwoStreams(folder, options.model, cameras, "{fps: 1, classes: [person]}", 320)
                try:
                    service.wait_until_up()
                    time.sleep(10)
                    used, split, begin = service.processor_seconds(), service.thread_seconds(), time.monotonic()
                    time.sleep(options.minutes * 60 / 6)
                    passed = time.monotonic() - begin
                    shares[name].append((service.processor_seconds() - used) / passed)
                    if name:
                        for thread, seconds in (service.thread_seconds() - split).items():
                            threads[thread] += seconds / passed / 3
                finally:
                    service.end()
    finally:
        large.end()
        small.end()
    middle = {name: sorted(values)[1] * 100 for name, values in shares.items()}
    own = sum(share for thread, share in threads.items() if thread.startswith(("packets", "segments"))) * 100
    bits = os.path.getsize(f"{folder}/large.h264") * 8 / 20 / 1e6
    print(f"without the large stream {middle[False]:.2f} % of a core, with it ({bits:.1f} Mbit/s) {middle[True]:.2f} %; its threads use "
          f"{own:.2f} %: " + ", ".join(f"{thread} {share * 100:.2f}" for thread, share in threads.most_common(6)), flush=True)
    return own < 2 and middle[True] - middle[False] < 2


def events(folder, options):
    logs = {name: f"{folder}/{name}.log" for name in ("large", "small")}
    # The clip of one camera begins elsewhere than that of another, so that their events are different ones.
    large = Cameras(clip(folder, options.video, "middle", "1280x720", LARGE_RATE, 79), LARGE_RATE, logs["large"])
    small = Cameras(clip(folder, options.video, "small79", SMALL, SMALL_RATE, 79), SMALL_RATE, logs["small"])
    record = f"pre_roll: {PRE_ROLL}s, post_roll: 2s"
    cameras = [camera([(small.url(f"c{index}"), "detect"), (large.url(f"c{index}"), "record")], record) for index in range(options.cameras)]
    service = TwoStreams(folder, options.model, cameras, "{fps: 5, classes: [person]}", 320)

    def ended():
        """The ends of events with a clip, each with the moment at which its object was new or began to move."""
        try:
            lines = [json.loads(line) for line in open(f"{folder}/events.jsonl")]
        except OSError:
            return []
        moved = {line["id"]: line["ts"] for line in lines if line["type"] == "active"}
        return [(line, datetime.datetime.fromisoformat(moved.get(line["id"], line["start"])).timestamp()) for line in lines
                if line["type"] == "end" and line.get("clip") and line.get("clip_offset") is not None]

    limit = time.monotonic() + options.minutes * 60
    try:
        service.wait_until_up()
        while len(ended()) < options.events and time.monotonic() < limit:
            time.sleep(5)
    finally:
        service.end()
        large.end()
        small.end()
    sent = collections.defaultdict(list)
    for line in open(logs["large"]):
        path, _, microseconds = line.split()
        sent[path.strip("/")].append(int(microseconds) / 1e6)
    loop = 79 * LARGE_RATE
    found = ended()[:options.events]
    opens = {}
    for event, begin in found:
        opens[event["clip"]] = min(begin, opens.get(event["clip"], begin))

    def sent_near(times, number, wanted):
        """When the camera sent the frame with this number, of all turns of the clip the one closest to `wanted`."""
        near = bisect.bisect(times, wanted)
        close = [index for index in range(max(0, near - loop), min(len(times), near + loop)) if index % loop == number]
        return min((times[index] for index in close), key=lambda one: abs(one - wanted))

    apart, without = [], 0
    for event, begin in found:
        shown = numbers(event["clip"], max(0, event["clip_offset"]), 1)
        if shown:
            apart.append(abs(sent_near(sent[event["camera"]], shown[0], begin) - begin))
        else:
            without += 1
    begins, before, follow = [], {}, 0
    for file, begin in sorted(opens.items(), key=lambda item: item[1]):
        name = next(event["camera"] for event, _ in found if event["clip"] == file)
        first, last = numbers(file, None, 1)[0], numbers(file, last=1)[-1]
        if first == (before.get(name, -2) + 1) % loop:
            follow += 1  # A long clip goes on in another file.
        else:
            wanted = max(begin - PRE_ROLL, sent[name][0])
            begins.append(sent_near(sent[name], first, wanted) - wanted)
        before[name] = last
    apart.sort()
    print(f"{len(apart)} events; from the event to the frame at clip_offset: median {apart[len(apart) // 2]:.3f} s, most {apart[-1]:.3f} s; "
          f"{sum(one > GOP for one in apart)} beyond a GOP; {without} without a frame there. {len(begins)} clips: the first frame is "
          f"{min(begins):.3f} to {max(begins):.3f} s from the first event less pre_roll; {follow} more go on where another ends", flush=True)
    return len(apart) >= options.events and apart[-1] <= GOP and not without and all(-GOP - 0.2 <= one <= GOP for one in begins)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["gaps", "cost", "events"])
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--keep", help="folder in which everything stays")
    options = parser.parse_args()
    options.model = os.path.abspath(options.model)
    folder = options.keep or tempfile.mkdtemp(prefix="yolostream-streams-")
    os.makedirs(folder, exist_ok=True)
    isWell = {"gaps": gaps, "cost": cost, "events": events}[options.what](folder, options)
    if not options.keep:
        shutil.rmtree(folder)
    print("verdict: " + ("well" if isWell else "not well"))
    sys.exit(0 if isWell else 1)


if __name__ == "__main__":
    main()

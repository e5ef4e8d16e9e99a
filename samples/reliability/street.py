#!/usr/bin/env python3
"""usage: street.py MODEL VTEST [--minutes 20 | 4] [--keep FOLDER]       (needs numpy, ffmpeg, GStreamer's RTSP server)

A street in which a car parks, and what a service makes of it. The scene is composed from vtest.avi (Debian's opencv-doc): the
street without its people, one of its vans at twice its size, which drives in and stays, and two of the people, who walk past it
with an interval. Headlights come up, sweep across and go; a cloud takes a third of the light away; the sensor has noise. Between the
walkers the camera is cut off for 30 s and the service is restarted.

The log has to hold one start of the car, and at most 25 lines. Clips last as long as something moves, with the time after which
what has stopped is stationary, and what comes before and after (record: pre_roll, post_roll). At the restart nothing starts, and
there is no visit. The frame at a walker's clip_offset has to show the walker: the clip is decoded there, the network runs on the
frame, and its box has to match the walker's trace, which has to begin there. Exit code 1 where that is not so.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("YOLOSTREAM_EXECUTABLE") or str(HERE / "../../.build/release/yolostream")
WIDTH, HEIGHT, TOP, RATE = 768, 432, 104, 10
CUT, ROLL, REST = 30, 5, 10  # Seconds: the camera is offline; before and after what moves; until what has stopped is stationary.
# The van in the first frames, and its outline there; where its lower left corner stands when it is parked.
VAN, VAN_SCALE, PARKED = (650, 42, 76, 62), 2.2, (500, 345)
OUTLINE = [(4, 11), (9, 4), (62, 4), (66, 12), (73, 26), (73, 47), (68, 51), (53, 59), (47, 60), (42, 54), (4, 48), (2, 42)]
# Two of the people, every 16 frames: the frame and the box in it (ground truth of PETS09-S2L1).
WALKERS = [
    [(173, 466, 214, 32, 87), (189, 550, 242, 33, 93), (205, 643, 281, 37, 102), (221, 578, 295, 44, 113), (237, 463, 260, 41, 104),
     (253, 369, 228, 38, 94), (269, 289, 200, 33, 85), (285, 261, 176, 29, 79)],
    [(480, 411, 204, 30, 83), (496, 331, 192, 29, 78), (512, 258, 184, 28, 74), (528, 200, 175, 29, 71), (544, 146, 167, 29, 68),
     (560, 83, 168, 28, 68), (576, 2, 175, 27, 67)],
]

SERVER = """
import gi, sys
gi.require_version('Gst', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import Gst, GstRtspServer, GLib
Gst.init(None)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_shared(True)
factory.set_launch(f'( udpsrc port={sys.argv[2]} buffer-size=4000000 caps="video/mpegts,systemstream=(boolean)true,packetsize=(int)188" '
                   '! tsdemux latency=0 ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )')
server = GstRtspServer.RTSPServer()
server.set_service(sys.argv[1])
server.get_mount_points().add_factory('/street', factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
"""


def frames(path, filters=""):
    """Frames of a video as arrays."""
    size = ["-vf", filters] if filters else []
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, *size, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], check=True, capture_output=True)
    return np.frombuffer(raw.stdout, np.uint8).reshape(-1, 576, 768, 3)


def blur(mask, radius):
    for axis in (0, 1):
        mask = sum(np.roll(mask, shift, axis) for shift in range(-radius, radius + 1)) / (2 * radius + 1)
    return mask


def inside(outline, width, height, scale):
    """Share of each pixel of a scaled patch that is within the outline."""
    y, x = np.mgrid[0:int(height * scale), 0:int(width * scale)] / scale
    found = np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(outline, outline[1:] + outline[:1]):
        if ay != by:
            found ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return blur(found.astype(np.float32), 1)[..., None]


class Street:
    """The scene; times are seconds since its beginning."""

    def __init__(self, video, minutes):
        footage = frames(video)
        self.background = np.median(footage[::7], axis=0).astype(np.float32)
        x, y, width, height = VAN
        rows = (np.arange(int(height * VAN_SCALE)) / VAN_SCALE + y).astype(int)
        columns = (np.arange(int(width * VAN_SCALE)) / VAN_SCALE + x).astype(int)
        self.van = blur(self.background[rows][:, columns], 1)
        self.outline = inside(OUTLINE, width, height, VAN_SCALE)
        self.footage = footage
        self.noise = np.random.default_rng(1).normal(0, 2, (8, HEIGHT, WIDTH, 1)).astype(np.float32)
        quiet = (minutes * 60 - 130 - CUT) / 7
        if quiet < 10:
            sys.exit("expected at least 4 minutes")
        plan, now = {}, 12.0
        for act, seconds in [("park", 8), ("headlights", 8), ("walk0", 12), ("cloud", 20), ("cut", CUT + 12), ("restart", 15), ("headlights2", 8),
                             ("walk1", 10)]:
            plan[act] = now
            now += seconds + quiet
        self.plan, self.seconds = plan, now

    def van_at(self, now):
        """Left and lower edge of the van; it brakes evenly. `None` before it comes."""
        part = (now - self.plan["park"]) / 8
        if part < 0:
            return None
        rest = 1 - min(part, 1)
        return int(PARKED[0] + (WIDTH + 20 - PARKED[0]) * rest * rest), int(PARKED[1] - 60 * rest * rest)

    def walker_at(self, number, now):
        """The frame of the footage in which the walker is, and the area of it that is shown."""
        frame = WALKERS[number][0][0] + int(round((now - self.plan[f"walk{number}"]) * 10))
        for (first, *before), (last, *after) in zip(WALKERS[number], WALKERS[number][1:]):
            if first <= frame < last:
                part = (frame - first) / (last - first)
                x, y, width, height = (a + (b - a) * part for a, b in zip(before, after))
                return frame, slice(max(0, int(y - 14)), int(y + height + 14)), slice(max(0, int(x - 14)), int(x + width + 14))
        return None

    def light(self, now):
        """What the light is multiplied by in each column."""
        light = np.ones(WIDTH, np.float32)
        for act in ["headlights", "headlights2"]:
            part = (now - self.plan[act]) / 8
            if 0 < part < 1:
                light += 0.7 * np.sin(part * np.pi) * np.exp(-((np.arange(WIDTH) - WIDTH * (1.2 - 1.4 * part)) / 150) ** 2)
        part = np.clip((now - self.plan["cloud"]) / 20, 0, 1)
        return light * (1 - 0.35 * part)

    def frame(self, number):
        now = number / RATE
        image = self.background.copy()
        covered = np.zeros(image.shape[:2], np.float32)
        place = self.van_at(now)
        if place:
            left, bottom = place
            height, width = self.outline.shape[:2]
            visible = max(0, min(width, WIDTH - left))
            area = image[bottom - height:bottom, left:left + visible]
            area += (self.van[:, :visible] - area) * self.outline[:, :visible]
            covered[bottom - height:bottom, left:left + visible] = self.outline[:, :visible, 0]
        for walker in range(2):
            if found := self.walker_at(walker, now):
                index, rows, columns = found
                shown, empty = self.footage[index - 1][rows, columns].astype(np.float32), self.background[rows, columns]
                # In front of the van the walker alone is shown, beside it the footage as it is.
                walker = np.clip(blur((np.abs(shown - empty).max(-1) > 25).astype(np.float32), 2) * 2, 0, 1)
                share = np.where(covered[rows, columns] > 0, walker, 1)[..., None]
                image[rows, columns] += (shown - image[rows, columns]) * share
        image = image[TOP:TOP + HEIGHT] * self.light(now)[None, :, None] + self.noise[number % 8]
        return np.clip(image, 0, 255).astype(np.uint8)

    def write(self, path):
        encoder = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-", "-c:v", "libx264",
             "-preset", "veryfast", "-tune", "zerolatency", "-crf", "23", "-pix_fmt", "yuv420p", "-g", str(2 * RATE), path], stdin=subprocess.PIPE)
        for number in range(int(self.seconds * RATE)):
            encoder.stdin.write(self.frame(number).tobytes())
        encoder.stdin.close()
        if encoder.wait():
            sys.exit("the scene could not be encoded")


class Service:
    def __init__(self, folder):
        self.process = subprocess.Popen([PROGRAM, "serve", "-c", f"{folder}/service.yml"], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            print("service: " + line, end="", flush=True)
            if "; http://" in line:
                break
        else:
            sys.exit("the service did not start")
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        for line in self.process.stderr:
            print("service: " + line, end="", flush=True)

    def end(self):
        self.process.terminate()
        if self.process.wait(timeout=60):
            sys.exit(f"the service ended with {self.process.returncode}")


def seconds(text):
    return float(subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", text], check=True, capture_output=True, text=True).stdout)


def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0, width) * max(0, height)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def people(clip, moment, model, folder):
    """Boxes of people in the frame of `clip` that is shown at `moment`, as shares of its sides."""
    image, found = f"{folder}/frame.png", f"{folder}/frame.jsonl"
    for file in (image, found):
        pathlib.Path(file).unlink(missing_ok=True)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-ss", f"{moment:.3f}", "-i", clip, "-frames:v", "1", image], check=True)
    if not os.path.exists(image):
        return []
    subprocess.run([PROGRAM, image, "--model", model, "--classes", "person", "--detections", found, "-q"], check=True)
    lines = [json.loads(line) for line in open(found)]
    return [[value / side for value, side in zip(one["box"], (WIDTH, HEIGHT) * 2)] for line in lines for one in line["detections"]]


def judge(folder, model, street, restart):
    lines = [json.loads(line) for line in open(f"{folder}/events.jsonl")]
    faults = []

    def expect(fact, sentence):
        print(("ok    " if fact else "FAULT ") + sentence, flush=True)
        if not fact:
            faults.append(sentence)

    for line in lines:
        name = line.get("label") or ",".join(line.get("labels", []))
        print("     ", line["ts"][11:19], line["type"], line.get("phase", ""), name, "stationary" if line.get("stationary") else "")
    vehicles = ("car", "truck", "bus")
    starts = [line for line in lines if line["type"] == "start"]
    cars = [line for line in starts if line["label"] in vehicles]
    walkers = [line for line in starts if line["label"] == "person"]
    expect(len(cars) == 1, f"{len(cars)} start of the car in all")
    expect(len(walkers) == 2 and len(starts) == 3, f"{len(walkers)} starts of walkers, {len(starts)} starts in all")
    expect(len(lines) <= 25, f"{len(lines)} lines, at most 25 wanted")
    quiet = [line for line in lines if restart <= line["ts"] and line["type"] != "camera_up"]
    first = quiet[0] if quiet else {}
    expect(first.get("label") == "person", f"after the restart the first that is reported is a {first.get('type')} of {first.get('label')}")
    clips = sorted(pathlib.Path(f"{folder}/media").glob("street/*/*/*.mp4"))
    lasted = [seconds(str(clip)) for clip in clips]
    moving = 8 + REST + sum((walker[-1][0] - walker[0][0]) / 10 for walker in WALKERS)
    # A clip begins at the keyframe before its pre-roll; the tracker waits for somebody who is out of sight.
    most = moving + 3 * (2 * ROLL + 2 + 2)
    expect(len(clips) == 3, f"{len(clips)} clips")
    expect(moving <= sum(lasted) <= most,
           f"clips last {' + '.join(f'{one:.1f}' for one in lasted)} = {sum(lasted):.1f} s; {moving:.1f} to {most:.1f} s wanted")
    for walker in walkers:
        end = [line for line in lines if line["id"] == walker["id"] and line["type"] == "end"]
        if not end or not end[0].get("clip"):
            expect(False, "a walker has no end with a clip")
            continue
        end = end[0]
        # Beside the clip, with the class and the identifier of the walker.
        path = "_".join(end["clip"].rsplit("_", 2)[:1] + [end["label"], end["id"] + ".json"])
        offset, trace = end["clip_offset"], json.load(open(path))
        begin, *box = trace["points"][0]
        best = max((overlap(box, found) for found in people(end["clip"], offset, model, folder)), default=0)
        expect(abs(begin - offset) < 0.01 and best > 0.5,
               f"at clip_offset, {offset:.2f} s, where the trace begins ({begin:.2f} s), a walker is in the frame; IoU {best:.2f}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("vtest")
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--keep", help="folder in which everything stays")
    options = parser.parse_args()
    folder = options.keep or tempfile.mkdtemp(prefix="yolostream-street-")
    os.makedirs(folder, exist_ok=True)
    street = Street(options.vtest, options.minutes)
    street.write(f"{folder}/scene.mp4")
    print(f"the scene lasts {street.seconds:.0f} s; " + ", ".join(f"{act} at {moment:.0f}" for act, moment in street.plan.items()), flush=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        feed = free.getsockname()[1]

    def camera(port):
        process = subprocess.Popen(["/usr/bin/python3", "-c", SERVER, str(port), str(feed)], stdout=subprocess.PIPE, text=True)
        return process, int(process.stdout.readline())

    server, port = camera(0)
    pathlib.Path(f"{folder}/service.yml").write_text(
        f"version: 1\nmodel: {{path: {os.path.abspath(options.model)}}}\n"
        f"defaults: {{detect: {{fps: 5, classes: [person, car, truck, bus]}}, record: {{pre_roll: {ROLL}s, post_roll: {ROLL}s}}, "
        f"track: {{stationary_after: {REST}s}}}}\n"
        f'cameras: {{street: {{url: "rtsp://127.0.0.1:{port}/street", transport: tcp, timeout: 5s}}}}\nhttp: {{listen: "127.0.0.1:0"}}\n'
        f"outputs: {{events: {{jsonl: {{path: {folder}/events.jsonl}}}}, storage: {{path: {folder}/media, min_free: 0}}}}\n")
    begin = time.monotonic()
    player = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-re", "-i", f"{folder}/scene.mp4", "-c", "copy", "-f", "mpegts", f"udp://127.0.0.1:{feed}?pkt_size=1316"])
    service = Service(folder)

    def wait_until(act, later=0):
        time.sleep(max(0, begin + street.plan[act] + later - time.monotonic()))

    try:
        wait_until("cut")
        server.kill()
        server.wait()
        time.sleep(CUT)
        server, _ = camera(port)
        wait_until("restart")
        service.end()
        restart = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        service = Service(folder)
        player.wait()
        service.end()
    finally:
        for process in (player, server, service.process):
            process.kill()
    faults = judge(folder, os.path.abspath(options.model), street, restart)
    if not options.keep:
        shutil.rmtree(folder)
    print("verdict: " + ("well" if not faults else f"{len(faults)} faults"))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

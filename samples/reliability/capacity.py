#!/usr/bin/env python3
"""usage: capacity.py MODEL VIDEO [--peers PEERS] [--looks 5] [--rate 10] [--seconds 20] [--size 640] [--most 64] [--only us|them]

How many RTSP cameras (640x360, 10 frames per second) this machine carries at 5 looks a second each, every look with the
network. N is doubled until it is too much, then the limit is closed in on.

Carried by this package: in a window of --seconds every camera had 95 % of the looks it asked for and no frame was thrown
away for its age. Carried by Ultralytics in its multi-stream mode (a `.streams` file, `stream_buffer=False`, tracking off, the
YOLOv9t checkpoint in PEERS exported to OpenVINO f32 with dynamic shape, both cores): the same number of results for every
camera in such a window. It looks at the newest frame of all streams as one batch, as often as it can, so what it carries at
5 looks a second is where its rounds fall to 5 a second. Ours follows objects and serves its page meanwhile, theirs does not;
both decode every frame. The cameras take part of the machine (their share of a core is printed).
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

from cameras import Cameras, Service, dropped, encode, looks

PEER = """
import os, sys, time
os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="false")
import torch
from ultralytics import YOLO
model, streams, seconds, size = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(2)
counts, begin, end = {}, None, None
for result in YOLO(model, task="detect").predict(streams, stream=True, stream_buffer=False, imgsz=size, conf=0.25, verbose=False):
    now = time.monotonic()
    # The first rounds compile and warm up.
    begin = begin or now + 5
    if now < begin: continue
    end = end or now
    if now > begin + seconds: break
    counts[result.path] = counts.get(result.path, 0) + 1
    end = now
print("RESULT", min(counts.values()) if counts else 0, end - begin if end else 0, flush=True)
os._exit(0)
"""


def seconds_of(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ours(options, folder, cameras, count):
    detect = f"{{fps: {options.looks}, motion: {{gate: false}}}}"
    service = Service(folder, options.model, [cameras.url(f"c{index}") for index in range(count)], detect, options.size)
    try:
        service.wait_until_up()
        time.sleep(3)
        first, begin, cpu = service.metrics(), time.monotonic(), seconds_of(cameras.process.pid)
        time.sleep(options.seconds)
        last, window = service.metrics(), time.monotonic() - begin
    finally:
        service.end()
    names = [f"c{index}" for index in range(count)]
    least = min(looks(last, name) - looks(first, name) for name in names) / window
    stale = sum(dropped(last, name, "stale") - dropped(first, name, "stale") for name in names)
    print(f"  yolostream, {count} cameras: the least had {least:.2f} looks/s, {stale:.0f} stale "
          f"(cameras {(seconds_of(cameras.process.pid) - cpu) / window:.2f} of a core)", flush=True)
    return least >= 0.95 * options.looks and stale == 0


def theirs(options, folder, cameras, count, model):
    with open(f"{folder}/cameras.streams", "w") as file:
        file.write("\n".join(cameras.url(f"u{index}") for index in range(count)) + "\n")
    printed = subprocess.run(
        [f"{options.peers}/venv/bin/python", "-c", PEER, model, f"{folder}/cameras.streams", str(options.seconds), str(options.size)],
        capture_output=True, text=True, timeout=300 + options.seconds, cwd=folder)
    line = next((line for line in printed.stdout.splitlines() if line.startswith("RESULT")), None)
    if line is None:
        sys.exit("Ultralytics failed: " + printed.stderr[-2000:])
    rounds, window = float(line.split()[1]), float(line.split()[2])
    least = rounds / window if window else 0
    print(f"  Ultralytics, {count} cameras: the least had {least:.2f} looks/s", flush=True)
    return least >= 0.95 * options.looks


def limit(carries, most):
    good, bad = 0, None
    count = 1
    while bad is None and count <= most:
        if carries(count):
            good, count = count, count * 2
        else:
            bad = count
    while bad is not None and bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if carries(middle) else (good, middle)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--peers")
    parser.add_argument("--looks", type=float, default=5)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--most", type=int, default=64)
    parser.add_argument("--only", choices=["us", "them"])
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        clip = f"{folder}/clip.h264"
        encode(["-stream_loop", "-1", "-i", options.video], clip, options.rate)
        cameras = Cameras(clip, options.rate)
        try:
            if options.only != "them":
                found["yolostream"] = limit(lambda count: ours(options, folder, cameras, count), options.most)
            if options.peers and options.only != "us":
                model = f"{folder}/yolov9t_openvino_model"
                subprocess.run(
                    [f"{options.peers}/venv/bin/python", "-c",
                     "import shutil, sys\nfrom ultralytics import YOLO\nshutil.copy(sys.argv[1], 'yolov9t.pt')\n"
                     "YOLO('yolov9t.pt').export(format='openvino', dynamic=True, imgsz=int(sys.argv[2]))",
                     os.path.abspath(f"{options.peers}/yolov9t_640x640.pt"), str(options.size)],
                    check=True, cwd=folder, capture_output=True)
                found["Ultralytics"] = limit(lambda count: theirs(options, folder, cameras, count, model), options.most)
        finally:
            cameras.end()
    for name, count in found.items():
        print(f"{name}: {count} cameras at {options.looks:g} looks/s each")


if __name__ == "__main__":
    main()

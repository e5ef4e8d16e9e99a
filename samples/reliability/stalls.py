#!/usr/bin/env python3
"""Senders that fall silent while the connection stays: when that is noticed, and how often it is reported.

    stalls.py YOLOSTREAM MODEL [--times 10]        (needs ffmpeg)
"""
import argparse
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("yolostream")
options.add_argument("model")
options.add_argument("--times", type=int, default=10)
options = options.parse_args()
folder = tempfile.mkdtemp()
clip = os.path.join(folder, "clip.ts")
subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=2", "-c:v", "libx264", "-bf", "0",
                "-g", "10", clip], check=True)
data = open(clip, "rb").read()
delays, reports = [], []


def trial(number):
    listener = socket.create_server(("127.0.0.1", 0))
    events = os.path.join(folder, f"{number}.jsonl")
    run = subprocess.Popen([options.yolostream, "run", f"tcp://127.0.0.1:{listener.getsockname()[1]}", "-q", "--events", events,
                            "--model", options.model, "--imgsz", "64", "--threads", "1"], stderr=subprocess.DEVNULL)
    call, _ = listener.accept()
    for place in range(0, len(data), len(data) // 50):
        call.sendall(data[place:place + len(data) // 50])
        time.sleep(0.04)
    silent = time.monotonic()
    while time.monotonic() - silent < 16:
        if os.path.exists(events) and "camera_down" in open(events).read():
            delays.append(time.monotonic() - silent)
            break
        time.sleep(0.02)
    time.sleep(3)
    reports.append(open(events).read().count("camera_down"))
    run.terminate()
    run.wait()


threads = [threading.Thread(target=trial, args=(number,)) for number in range(options.times)]
for thread in threads:
    thread.start()
    time.sleep(0.3)
for thread in threads:
    thread.join()
print(f"{len(delays)} of {options.times} noticed, after {min(delays):.2f} to {max(delays):.2f} s of silence; "
      f"reported {sorted(set(reports))} times each")
sys.exit(len(delays) < options.times)

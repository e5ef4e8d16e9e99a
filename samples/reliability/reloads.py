#!/usr/bin/env python3
"""Reloads a service a thousand times while it works: cameras that stay the same must lose no frame.

    reloads.py YOLOSTREAM MODEL [--times 1000] [--port 8196]

Two cameras of 25 frames per second stay as they are; up to four others come, go and change at random. At the end the frames of
the two are compared with what 25 per second come to, and their openings with one.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("yolostream")
options.add_argument("model")
options.add_argument("--times", type=int, default=1000)
options.add_argument("--port", type=int, default=8196)
options = options.parse_args()
numbers = random.Random(21)
folder = tempfile.mkdtemp()
path = os.path.join(folder, "service.yml")


def write(others):
    lines = ["version: 1", f"model: {{path: {os.path.abspath(options.model)}, imgsz: 64}}",
             "defaults: {detect: {fps: 5}}", "cameras:"]
    lines += [f'  stays-{name}: {{url: "test:160x120@25"}}' for name in "ab"]
    lines += [f'  other-{name}: {{url: "test:{size}x64@{rate}"}}' for name, size, rate in others]
    lines += [f'http: {{listen: "127.0.0.1:{options.port}"}}']
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


def ask(route, method="GET"):
    request = urllib.request.Request(f"http://127.0.0.1:{options.port}{route}", method=method)
    return urllib.request.urlopen(request, timeout=20).read().decode()


def resident():
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{service.pid}/status").read())[1]) / 1024


write([])
service = subprocess.Popen([options.yolostream, "serve", "-q", "-c", path])
try:
    for _ in range(200):
        try:
            ask("/healthz")
            break
        except OSError:
            time.sleep(0.1)
    time.sleep(3)
    state = lambda name: json.loads(ask(f"/api/v1/cameras/stays-{name}"))
    first, begin, before = {name: state(name)["frames"] for name in "ab"}, time.monotonic(), resident()
    longest = 0
    for turn in range(options.times):
        chosen = numbers.sample("cdef", numbers.randrange(5))
        write([(name, numbers.choice([64, 96]), numbers.choice([2, 5])) for name in chosen])
        start = time.monotonic()
        ask("/api/v1/reload", "POST")
        longest = max(longest, time.monotonic() - start)
        if turn == options.times // 10:
            before = resident()
    seconds = time.monotonic() - begin
    report = {name: state(name) for name in "ab"}
    after = resident()
    lost = {name: round(seconds * 25 - (report[name]["frames"] - first[name])) for name in "ab"}
    print(f"{options.times} reloads in {seconds:.0f} s, the longest took {longest * 1000:.0f} ms")
    print(f"frames fewer than 25 a second: {lost}; failures: {[report[n]['failures'] for n in 'ab']}; "
          f"memory from the hundredth part on {after - before:+.1f} MB")
finally:
    service.terminate()
    sys.exit(service.wait())

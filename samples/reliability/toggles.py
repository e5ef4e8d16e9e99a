#!/usr/bin/env python3
"""usage: toggles.py MODEL VIDEO [--times 1000] [--size 64]

Switches a camera of a running service on and off a thousand times, by messages and over HTTP in turn, and has it read its
configuration a thousand times, while three cameras send. Printed: threads, descriptors and memory before and after each tenth,
and of the cameras that nobody touched how many of the frames that they sent were taken.
"""
import argparse
import json
import re
import subprocess
import tempfile
import time

from broker import Broker
from cameras import Cameras, Service, encode, frames_taken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--size", type=int, default=64)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip, log = f"{folder}/clip.h264", f"{folder}/sent"
        encode(["-i", options.video], clip, 10, size="320x240")
        cameras = Cameras(clip, 10, log)
        broker = Broker(folder)
        service = Service(
            folder, options.model, [cameras.url(name) for name in "abc"], "{fps: 5, motion: {gate: false}}", options.size,
            outputs=f', state: "{folder}/state", mqtt: {{url: "mqtt://127.0.0.1:{broker.port}"}}')
        service.wait_until_up()
        publisher = subprocess.Popen(["mosquitto_pub", "-p", str(broker.port), "-t", "yolostream/c2/enabled/set", "-l"],
                                     stdin=subprocess.PIPE, text=True, bufsize=1)

        def figures():
            status = open(f"/proc/{service.process.pid}/status").read()
            stats = service.stats()
            return stats["threads"], stats["open_files"], int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

        def sent():
            return sum(line.split()[0] in ("/a", "/b") for line in open(log))

        def taken():
            metrics = service.metrics()
            return sum(frames_taken(metrics, name) for name in ["c0", "c1"])

        def repeat(name, act):
            print(f"{name}: at the start {'%d threads, %d descriptors, %.1f MB' % figures()}", flush=True)
            before, start = (sent(), taken()), time.monotonic()
            for turn in range(options.times):
                act(turn)
                if turn and turn % (options.times // 10) == 0:
                    print(f"  after {turn} {'%d threads, %d descriptors, %.1f MB' % figures()}; cameras that stay sent "
                          f"{sent() - before[0]} frames, {taken() - before[1]:.0f} were taken", flush=True)
            took = time.monotonic() - start
            # What is under way arrives; on a busy machine that takes a while.
            end = time.monotonic() + 60
            while sent() - before[0] > taken() - before[1] + 2 and time.monotonic() < end:
                time.sleep(0.5)
            print(f"  after {options.times} {'%d threads, %d descriptors, %.1f MB' % figures()}; {took:.0f} s; cameras that stay "
                  f"sent {sent() - before[0]} frames, {taken() - before[1]:.0f} were taken", flush=True)

        def toggle(turn):
            is_on = turn % 2 == 1
            if turn % 4 < 2:
                service.open("/api/v1/cameras/c2", json.dumps({"enabled": is_on}).encode()).read()
                return
            publisher.stdin.write("ON\n" if is_on else "OFF\n")
            while json.loads(service.get("/api/v1/cameras/c2/switches"))["enabled"] != is_on:
                time.sleep(0.005)

        repeat(f"{options.times} switches of c2", toggle)
        repeat(f"{options.times} reloads", lambda turn: service.reload())
        print("failures of the cameras that stay:", [report["failures"] for report in service.reports()[:2]],
              "outages:", [report["outages"] for report in service.reports()[:2]])
        publisher.stdin.close()
        print(f"exit code {service.end()}")
        cameras.end()
        broker.kill()


if __name__ == "__main__":
    main()

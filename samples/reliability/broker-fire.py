#!/usr/bin/env python3
"""usage: broker-fire.py MODEL VIDEO [--kills 20] [--down 600] [--calm 60] [--size 320] [--spool 100MB] [--cameras 2]

Kills the broker of a running service again and again, and then leaves it away for a long time. Cameras show VIDEO (640x480,
10 frames per second) behind forty narrow upright zones and forty flat ones, so that people who walk through make more than
50 events per second (Ultralytics' or OpenCV's vtest.avi). Printed:
events written to the log against those that arrived at an independent client (mosquitto_sub), doubles, their order, how
many of the frames that the cameras sent were taken while the broker was there and while it was not, and how large the spool
became.
"""
import argparse
import json
import random
import re
import tempfile
import time

from broker import Broker, Gate, Listener
from cameras import Cameras, Service, encode, frames_taken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--calm", type=float, default=60, help="seconds with the broker there, to compare with")
    parser.add_argument("--down", type=float, default=600, help="seconds that the broker is offline in the end")
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--spool", default="100MB")
    parser.add_argument("--cameras", type=int, default=2)
    options = parser.parse_args()
    chance = random.Random(18)
    with tempfile.TemporaryDirectory() as folder:
        clip = f"{folder}/clip.h264"
        encode(["-i", options.video], clip, 10, size="640x480", seconds=60)
        cameras = Cameras(clip, 10, f"{folder}/sent")
        broker = Broker(folder)
        gate = Gate(broker.port)
        listener, received = Listener(broker.port), []
        corners = lambda left, top, right, bottom: f"[[{left}, {top}], [{right}, {top}], [{right}, {bottom}], [{left}, {bottom}]]"
        stripes = ", ".join(
            f"x{n}: {{points: {corners(n / 40, 0, (n + 1) / 40, 1)}, hold: 0s}}, y{n}: {{points: {corners(0, n / 40, 1, (n + 1) / 40)}, hold: 0s}}"
            for n in range(40))
        names = [f"c{index}" for index in range(options.cameras)]
        service = Service(
            folder, options.model, [cameras.url(name) for name in names], "{fps: 20, motion: {gate: false}, classes: [person]}",
            options.size, camera=f", zones: {{{stripes}}}",
            outputs=f', state: "{folder}/state", mqtt: {{url: "mqtt://127.0.0.1:{gate.port}", spool_size: {options.spool}}}')
        service.wait_until_up()
        largest = [0]

        def count():
            """Frames that the cameras have sent, frames that the service has taken, and lines of its log."""
            sent = sum(1 for _ in open(f"{folder}/sent"))
            metrics = service.metrics()
            largest[0] = max(largest[0], metrics['yolostream_outlet_spool_bytes{outlet="mqtt"}'])
            return [sent, sum(frames_taken(metrics, name) for name in names), sum(1 for _ in open(f"{folder}/events.jsonl"))]

        def measure(name, seconds, act=lambda: False):
            """Counts for some seconds, and until `act`, which is repeated, has nothing more to do."""
            before, start = count(), time.monotonic()
            while act() or time.monotonic() - start < seconds:
                time.sleep(0.5)
                largest[0] = max(largest[0], service.metrics()['yolostream_outlet_spool_bytes{outlet="mqtt"}'])
            took = time.monotonic() - start
            sent, taken, lines = [now - old for now, old in zip(count(), before)]
            print(f"{name}: {lines / took:.1f} events/s; {sent / took:.2f} frames/s sent, {taken / took:.2f} taken "
                  f"({(taken / sent - 1) * 100:+.2f} %)", flush=True)

        def kill():
            nonlocal listener
            gate.is_open = False
            broker.kill()
            listener.end(broker_is_gone=True)
            received.extend(listener.messages)
            time.sleep(chance.uniform(0, 2))
            broker.start()
            listener = Listener(broker.port)
            gate.is_open = True
            time.sleep(chance.uniform(0.5, 4))

        time.sleep(5)
        measure("broker there", options.calm)
        kills = 0

        def killing():
            nonlocal kills
            if kills < options.kills:
                kill()
                kills += 1
            return kills < options.kills

        measure(f"{options.kills} kills", 0, killing)
        if options.down:
            gate.is_open = False
            broker.kill()
            listener.end(broker_is_gone=True)
            received.extend(listener.messages)
            measure(f"broker away for {options.down:.0f} s", options.down)
            waiting = service.metrics()['yolostream_outlet_waiting{outlet="mqtt"}']
            print(f"events that waited: {waiting:.0f}; largest spool {largest[0] / 1e6:.2f} MB, of {options.spool}", flush=True)
            broker.start()
            listener = Listener(broker.port)
            back = time.monotonic()
            gate.is_open = True
            while service.metrics()['yolostream_outlet_waiting{outlet="mqtt"}'] > 128:
                time.sleep(0.05)
            print(f"back: caught up {time.monotonic() - back:.1f} s after the port was there", flush=True)
        time.sleep(5)
        metrics = service.metrics()
        code = service.end()
        time.sleep(1)
        listener.end()
        received.extend(listener.messages)
        cameras.end()
        broker.kill()
        written = [line.rstrip("\n") for line in open(f"{folder}/events.jsonl")]
    arrived = [(json.loads(text)["event"], re.sub(r'^\{"event":"\w+",', "{", text)) for _, topic, text in received
               if topic == "yolostream/events"]
    keys, first = {}, []
    for key, text in arrived:
        if key in keys:
            assert keys[key] == text, f"two events with the key {key}"
        else:
            keys[key] = text
            first.append(text)
    lost = set(written) - set(first)
    # The log and the broker's queue are fed one after the other by the cameras' threads: order is kept for each camera.
    camera = lambda texts: {name: [t for t in texts if f'"camera":"{name}"' in t] for name in names}
    ordered = all([t for t in a if t not in lost] == b for a, b in zip(camera(written).values(), camera(first).values()))
    dropped = {key: value for key, value in metrics.items() if key.startswith("yolostream_outlet_events_total")}
    print(f"written {len(written)}, arrived {len(first)} different ones in {len(arrived)} messages: lost {len(lost)}, "
          f"doubles {len(arrived) - len(first)}, each with an equal id; "
          f"without a line in the log {len(set(first) - set(written))}; order kept: {ordered}; exit code {code}")
    print("by the service:", {key.split('outcome="')[1][:-2]: int(value) for key, value in dropped.items()})


if __name__ == "__main__":
    main()

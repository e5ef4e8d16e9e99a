#!/usr/bin/env python3
"""usage: latency.py MODEL IMAGE [--crop WxH+X+Y] [--seconds 60] [--rate 25] [--size 640] [--mqtt]

Glass-to-event latency of one RTSP stream (640x360, 25 frames per second, each inferred). IMAGE shows a person in the part
that --crop names; in the clip this part appears for a second on a grey ground, each time at another place, and
goes for four. Measured, with one clock,
for each frame: from the moment before the camera of `cameras.py` sends it to the arrival at a client of the service's event
stream (SSE) of

- the detections in it: all frames inferred;
- the `start` event of the person, from the first frame that shows them: one an appearance. Here the tracker's need to see
  an object more than once is part of it.
- the same event in the log, where a reader that sleeps on the file sees it, and with --mqtt at an independent client
  (mosquitto_sub) of a real broker.

Encoding and exposure, which a real camera adds, are not in it; that libav gives a frame out only when the next begins
(40 ms at 25 a second) is. Beside that: how far the time of events (`ts`, from RTCP) is from when the frame was sent.
"""
import argparse
import datetime
import json
import re
import statistics
import subprocess
import tempfile
import threading
import time

from broker import Broker, Listener
from cameras import Cameras, Service, encode

PERIOD, APPEARS, GOES = 125, 37, 62  # Away for longer than a tracker remembers.
PLACES = 4  # At the place where it was an object would be taken for the one that stood there.


def figures(name, values, unit="ms"):
    if not values:
        return print(f"{name}: none")
    values = sorted(values)
    at = lambda part: values[min(len(values) - 1, int(part * len(values)))]
    print(f"{name}: p50 {at(.5):.1f} {unit}, p99 {at(.99):.1f} {unit}, most {values[-1]:.1f} {unit}, of {len(values)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("image")
    parser.add_argument("--crop", default="205x515+45+395", help="of the person in IMAGE (here: of Ultralytics' bus.jpg)")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--mqtt", action="store_true", help="have events published, too")
    options = parser.parse_args()
    width, height, x, y = map(int, re.fullmatch(r"(\d+)x(\d+)\+(\d+)\+(\d+)", options.crop).groups())
    with tempfile.TemporaryDirectory() as folder:
        clip, log = f"{folder}/clip.h264", f"{folder}/sent"
        person = f"crop={width}:{height}:{x}:{y},scale=-2:280"
        encode(["-f", "lavfi", "-i", f"color=0x808080:size=640x360:rate={options.rate}[ground];"
                f"movie={options.image},{person}[person];[ground][person]"
                f"overlay=x='20+140*mod(floor(n/{PERIOD}),{PLACES})':y=60:eof_action=repeat:"
                f"enable='between(mod(n,{PERIOD}),{APPEARS},{GOES - 1})'"],
               clip, options.rate, seconds=PLACES * PERIOD / options.rate)
        cameras = Cameras(clip, options.rate, log)
        outputs, listener = "", None
        if options.mqtt:
            broker = Broker(folder)
            listener = Listener(broker.port, "yolostream/events")
            outputs = f', state: "{folder}/state", mqtt: {{url: "mqtt://127.0.0.1:{broker.port}"}}'
        service = Service(folder, options.model, [cameras.url("c0")], f"{{fps: {options.rate * 2}, motion: {{gate: false}}}}",
                          options.size, outputs=outputs)
        arrived, logged = [], []

        def listen():
            kind = ""
            try:
                for line in service.open("/api/v1/events/stream"):
                    now = time.time_ns() // 1000
                    if line.startswith(b"event: "):
                        kind = line[7:].strip().decode()
                    elif line.startswith(b"data: "):
                        arrived.append((now, kind, json.loads(line[6:])))
            except OSError:
                pass

        def follow():
            """The log as `tail` follows it: the kernel reports that it grows."""
            with subprocess.Popen(["stdbuf", "-oL", "tail", "-n", "+1", "-F", f"{folder}/events.jsonl"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL) as tail:
                tails.append(tail)
                for line in tail.stdout:
                    logged.append((time.time_ns() // 1000, "event", json.loads(line)))

        tails = []
        threading.Thread(target=follow, daemon=True).start()
        thread = threading.Thread(target=listen)
        thread.start()
        time.sleep(options.seconds)
        report = service.reports()[0]
        service.end()
        thread.join()
        time.sleep(1)
        tails[0].kill()
        published = []
        if listener:
            listener.end()
            broker.kill()
            published = [(round(moment * 1e6), "event", json.loads(text)) for moment, _, text in listener.messages]
        cameras.end()
        sent = {int(number): int(moment) for path, number, moment in map(str.split, open(log)) if path == "/c0"}
    number = lambda message: round(message["pts"] * options.rate)
    looked = [(now, message) for now, kind, message in arrived if kind == "detections" and number(message) in sent]
    figures("frame sent to its detections at the client", [(now - sent[number(m)]) / 1e3 for now, m in looked])
    # After a second all that starting up costs is over.
    errors = []

    def starts(messages):
        """Milliseconds from the first frame with the person to the arrival of its `start`, for each appearance."""
        found, shown = [], set()
        for now, kind, message in messages:
            if kind != "event" or message.get("label") != "person" or message["pts"] < 1:
                continue
            if message["ts_src"] == "rtcp":
                ts = datetime.datetime.fromisoformat(message["ts"].replace("Z", "+00:00")).timestamp() * 1e6
                errors.append(abs(ts - sent[number(message)]) / 1e3)
            first = number(message) // PERIOD * PERIOD + APPEARS
            if message["type"] == "start" and first in sent and first not in shown:
                shown.add(first)
                found.append((now - sent[first]) / 1e3)
        return found

    started = starts(arrived)
    figures("person first sent to the start event at the client", started)
    figures("person first sent to the start event in the log", starts(logged))
    if listener:
        figures("person first sent to the start event at an MQTT client", starts(published))
    figures("time of events from when their frame was sent", errors)
    appearances = sum(1 for n in sent if n % PERIOD == APPEARS and n >= options.rate)
    print(f"{len(started)} of {appearances} appearances reported, {len(looked)} of {len(sent)} frames inferred; "
          f"network p50 {report['infer_ms']['p50']} ms, p99 {report['infer_ms']['p99']} ms")
    gaps = statistics.pstdev([b - a for a, b in zip(sorted(sent.values()), sorted(sent.values())[1:])]) / 1e3
    print(f"the camera's own unevenness: {gaps:.2f} ms (standard deviation of its intervals)")


if __name__ == "__main__":
    main()

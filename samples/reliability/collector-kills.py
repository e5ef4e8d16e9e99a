#!/usr/bin/env python3
"""usage: collector-kills.py [--boxes 20] [--events 200] [--rate 5] [--kills 30]

Kills a collector of a fleet with SIGKILL again and again while events come, and starts it again. The boxes are clients that
have nothing to do with this project (mosquitto_pub), each sends --events events, --rate a second. Printed: events that the
broker confirmed, events in the collector's log (each once or with an equal id), and rows of its store.
"""
import argparse
import datetime
import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from broker import Broker
from cameras import PROGRAM

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def identifier(chance, moment):
    """A ULID."""
    number = int(moment * 1000) << 80 | chance.getrandbits(80)
    return "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(26)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--boxes", type=int, default=20)
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5)
    parser.add_argument("--kills", type=int, default=30)
    options = parser.parse_args()
    chance = random.Random(18)
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder)
        with open(f"{folder}/fleet.yml", "w") as file:
            file.write(f'version: 1\nbrokers: {{central: {{url: "mqtt://127.0.0.1:{broker.port}", prefix: yolostream/+}}}}\n'
                       f'outputs: {{events: {{jsonl: {{path: "{folder}/fleet.jsonl"}}}}}}\nhttp: {{listen: "127.0.0.1:0"}}\n')

        def start():
            collector = subprocess.Popen([PROGRAM, "collect", "-c", f"{folder}/fleet.yml"], stderr=subprocess.PIPE, text=True)
            for line in collector.stderr:
                if "connected to" in line:
                    threading.Thread(target=collector.stderr.read, daemon=True).start()
                    return collector
            sys.exit("the collector did not start")

        collector = start()
        # The session is known from here on. A moment for its subscriptions.
        time.sleep(1)
        sent = set()

        def box(number):
            name, own = f"box{number}", random.Random(number)
            client = subprocess.Popen(
                ["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-i", name, "-t", f"yolostream/{name}/events", "-l"],
                stdin=subprocess.PIPE, text=True, bufsize=1)
            for count in range(options.events):
                now = time.time()
                key = identifier(own, now)
                ts = datetime.datetime.fromtimestamp(now, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(now * 1000) % 1000:03d}Z"
                client.stdin.write(json.dumps(
                    {"event": key, "v": 2, "id": identifier(own, now), "type": "start", "camera": "front", "seq": count, "ts": ts,
                     "label": "person", "score": 0.5, "top_score": 0.5, "zones": [], "entered": [], "start": ts, "end": None}) + "\n")
                sent.add(key)
                time.sleep(1 / options.rate)
            client.stdin.close()
            # It ends when the broker has confirmed all.
            if client.wait() != 0:
                sys.exit(f"{name} could not send")

        boxes = [threading.Thread(target=box, args=(number,)) for number in range(options.boxes)]
        for thread in boxes:
            thread.start()
        seconds = options.events / options.rate
        for _ in range(options.kills):
            time.sleep(chance.uniform(0, 2 * seconds / options.kills * 0.8))
            collector.send_signal(signal.SIGKILL)
            collector.wait()
            collector = start()
        for thread in boxes:
            thread.join()

        def lines():
            return [json.loads(line)["event"] for line in open(f"{folder}/fleet.jsonl")]

        end = time.monotonic() + 60
        while len(set(lines())) < len(sent) and time.monotonic() < end:
            time.sleep(0.5)
        time.sleep(2)
        collector.terminate()
        code = collector.wait()
        broker.kill()
        written = lines()
        store = sqlite3.connect(f"{folder}/fleet.sqlite")
        rows = store.execute("SELECT count(*) FROM event").fetchone()[0]
        print(f"{options.boxes} boxes, {options.kills} kills: sent {len(sent)}, in the log {len(set(written))} in {len(written)} lines, "
              f"missing {len(sent - set(written))}, strange {len(set(written) - sent)}, rows of the store {rows}; exit code {code}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""usage: event-store.py kills|slow-disk [--program .build/release/yolostream] [--kills 100] [--seconds 20]

kills: another process appends to the log of events while the service is killed (SIGKILL) at random moments. After each kill
sqlite3 checks the store, whose rows have to be lines of the log. At the end it has to have them all; then it is deleted and built
again, and has to give the same answers.

slow-disk: every write to the folder of log and store takes two seconds (a library that is loaded first sees to that). The cameras'
rates beside those with the disk as it is.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("kind", choices=["kills", "slow-disk"])
parser.add_argument("--program", default=".build/release/yolostream")
parser.add_argument("--kills", type=int, default=100)
parser.add_argument("--seconds", type=float, default=20)
options = parser.parse_args()
program = os.path.abspath(options.program)
folder = pathlib.Path(tempfile.mkdtemp(prefix="yolostream-events-"))
log, store, configuration = folder / "events.jsonl", folder / "events.sqlite", folder / "c.yml"
alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def identifier(milliseconds):
    head = "".join(alphabet[milliseconds >> (5 * place) & 31] for place in reversed(range(10)))
    return head + "".join(random.choices(alphabet, k=16))


class Writer(threading.Thread):
    """Appends lines of events to the log, each in one call, until it is stopped."""

    def __init__(self, rate):
        super().__init__(daemon=True)
        self.rate, self.count, self.ended = rate, 0, threading.Event()

    def run(self):
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        while not self.ended.wait(0.01):
            for _ in range(max(1, self.rate // 300)):
                now = int(time.time() * 1000)
                event, zone = identifier(now), random.choice(["yard", "door"])
                for kind in ["start", "zone_enter", "end"]:
                    self.count += 1
                    line = {
                        "v": 2, "id": event, "type": kind, "camera": random.choice(["front", "back"]), "seq": self.count,
                        "ts": "2026-11-23T18:39:27.000Z", "label": random.choice(["person", "car"]), "score": 0.5,
                        "top_score": round(random.random(), 2), "zones": [], "entered": [zone],
                        "end": "2026-11-23T18:40:27.000Z" if kind == "end" else None, "filler": "x" * 400,
                    }
                    os.write(descriptor, (json.dumps(line, separators=(",", ":")) + "\n").encode())
        os.close(descriptor)

    def stop(self):
        self.ended.set()
        self.join()


def serve(environment=None):
    """The service, once it listens, and its address."""
    process = subprocess.Popen(
        [program, "serve", "-c", configuration], stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
    for line in process.stderr:
        if "://" in line:
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process, line.split()[-1]
    raise SystemExit(f"the service ended: {process.wait()}")


def sqlite(statement):
    return subprocess.run(
        ["sqlite3", store, statement], check=True, capture_output=True, text=True).stdout.strip()


def lines():
    return log.read_bytes().count(b"\n")


def answers():
    conditions = [
        [], ["--camera", "front"], ["--label", "person", "--zone", "yard"], ["--type", "end", "--min-score", "0.9"],
        ["--after", "1h", "--no-has-clip"], ["--time-of-day", "00:00-12:00"],
    ]
    return [
        subprocess.run(
            [program, "events", "query", "-c", configuration, "--json", "--limit", "5000", *words], check=True,
            capture_output=True).stdout
        for words in conditions
    ]


def kills():
    configuration.write_text(
        f"version: 1\ncameras: {{}}\nhttp: {{listen: '127.0.0.1:0'}}\noutputs: {{events: {{jsonl: {{path: {log}}}}}}}\n")
    writer = Writer(rate=3000)
    writer.start()
    behind, damaged = [], 0
    for _ in range(options.kills):
        process, _ = serve()
        time.sleep(random.random())
        process.send_signal(signal.SIGKILL)
        process.wait()
        # Looks at the store as the kill left it, in a copy: looking would mend it.
        look = folder / "look"
        shutil.rmtree(look, ignore_errors=True)
        look.mkdir()
        for file in folder.glob("events.sqlite*"):
            shutil.copy(file, look)
        check = subprocess.run(
            ["sqlite3", look / store.name, "PRAGMA integrity_check; SELECT count(*) FROM line"], capture_output=True, text=True)
        words = check.stdout.split()
        if words[:1] != ["ok"]:
            damaged += 1
        else:
            behind.append(lines() - int(words[1]))
    writer.stop()
    process, _ = serve()
    end = time.time() + 120
    while int(sqlite("SELECT count(*) FROM line")) < lines() and time.time() < end:
        time.sleep(0.2)
    process.terminate()
    process.wait()
    rows = sqlite("SELECT text FROM line").splitlines()
    same = sorted(rows) == sorted(log.read_text().splitlines())
    print(f"{options.kills} kills: integrity_check failed {damaged} times; at most {max(behind)} lines behind when killed, "
          f"at least {min(behind)}")
    print(f"at the end: {lines()} lines, {len(rows)} rows, {'the same' if same else 'NOT the same'}")
    before = answers()
    for file in folder.glob("events.sqlite*"):
        file.unlink()
    subprocess.run([program, "events", "rebuild", "-c", configuration], check=True)
    print("deleted and built again: answers are " + ("the same" if answers() == before else "NOT the same"))


slow = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
static void wait_for(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t count = readlink(link, path, sizeof path - 1);
  const char *folder = getenv("SLOW_FOLDER");
  if (count <= 0 || !folder) return;
  path[count] = 0;
  struct timespec two = {2, 0};
  if (!strncmp(path, folder, strlen(folder))) nanosleep(&two, NULL);
}
#define SLOW(type, name, parameters, arguments)                          \
  type name parameters {                                                 \
    static type(*real) parameters;                                       \
    if (!real) real = (type(*) parameters)dlsym(RTLD_NEXT, #name);       \
    wait_for(file);                                                      \
    return real arguments;                                               \
  }
SLOW(ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count))
SLOW(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at))
SLOW(ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count, at))
SLOW(int, fsync, (int file), (file))
SLOW(int, fdatasync, (int file), (file))
"""


def slow_disk():
    cameras = "".join(f"  c{number}: {{url: 'test:320x240@10'}}\n" for number in range(4))
    configuration.write_text(
        f"version: 1\nmodel: {{imgsz: 160}}\ndefaults: {{detect: {{fps: 5, motion: {{gate: false}}}}}}\ncameras:\n{cameras}"
        f"http: {{listen: '127.0.0.1:0'}}\noutputs: {{events: {{jsonl: {{path: {log}}}}}}}\n")
    source, library = folder / "slow.c", folder / "slow.so"
    source.write_text(slow)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", source, "-o", library, "-ldl"], check=True)

    def rates(environment):
        writer = Writer(rate=300)
        writer.start()
        process, address = serve(environment)

        def inferred():
            with urllib.request.urlopen(address + "api/v1/cameras") as answer:
                return {camera["name"]: camera["inferred"] for camera in json.load(answer)}

        time.sleep(2)
        first = inferred()
        time.sleep(options.seconds)
        last = inferred()
        process.kill()
        process.wait()
        writer.stop()
        return [(last[name] - first[name]) / options.seconds for name in first]

    preload = " ".join(filter(None, [str(library), os.environ.get("LD_PRELOAD")]))
    for name, environment in [("as it is", {}), ("2 s a write", {"LD_PRELOAD": preload, "SLOW_FOLDER": str(folder)})]:
        print(f"disk {name}: frames inferred per second " + " ".join(f"{rate:.2f}" for rate in rates(environment)))


try:
    kills() if options.kind == "kills" else slow_disk()
finally:
    shutil.rmtree(folder, ignore_errors=True)

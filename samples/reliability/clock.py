#!/usr/bin/env python3
"""A clock that jumps under a service: an hour and eleven days, forth and back.

    clock.py YOLOSTREAM MODEL [--port 8198]        (needs a C compiler)

The clock on the wall is moved by a library that is loaded before all others; the monotonic clock goes on, as the kernel's does.

Cameras must go on at their rate, numbers of events must rise by one, nothing recorded may be deleted, and the end may take
five seconds at most.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("yolostream")
options.add_argument("model")
options.add_argument("--port", type=int, default=8198)
options = options.parse_args()
folder = tempfile.mkdtemp()
library = os.path.join(folder, "clock.so")
SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long offset(void) {
  char text[32] = "";
  int file = open(getenv("CLOCK_OFFSET"), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  long count = read(file, text, sizeof text - 1);
  close(file);
  return count > 0 ? atol(text) : 0;
}
int clock_gettime(clockid_t id, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int status = real(id, now);
  if (id == CLOCK_REALTIME) now->tv_sec += offset();
  return status;
}
int gettimeofday(struct timeval *now, void *zone) {
  static int (*real)(struct timeval *, void *);
  if (!real) real = dlsym(RTLD_NEXT, "gettimeofday");
  int status = real(now, zone);
  now->tv_sec += offset();
  return status;
}
time_t time(time_t *now) {
  struct timespec moment;
  clock_gettime(CLOCK_REALTIME, &moment);
  if (now) *now = moment.tv_sec;
  return moment.tv_sec;
}
"""
with open(library + ".c", "w") as file:
    file.write(SOURCE)
subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, library + ".c"], check=True)
clock, media = os.path.join(folder, "clock"), os.path.join(folder, "media")


def jump(text):
    with open(clock + ".new", "w") as file:
        file.write(text + "\n")
    os.rename(clock + ".new", clock)


jump("+0")
with open(os.path.join(folder, "service.yml"), "w") as file:
    file.write(f"""version: 1
model: {{path: {os.path.abspath(options.model)}, imgsz: 64, workers: 1}}
defaults: {{detect: {{fps: 10, conf: 5%, motion: {{gate: false}}}}, track: {{buffer: 0.5s}}, record: {{snapshots: true}}}}
cameras: {{yard: {{url: "test:160x120@25"}}}}
outputs: {{storage: {{path: {media}, max_age: 10d, min_free: 0}}, events: {{jsonl: {{path: {folder}/events.jsonl}}}}}}
http: {{listen: "127.0.0.1:{options.port}"}}
""")
variables = dict(os.environ, LD_PRELOAD=library, CLOCK_OFFSET=clock)
service = subprocess.Popen([options.yolostream, "serve", "-q", "-c", os.path.join(folder, "service.yml")], env=variables)


def frames():
    text = urllib.request.urlopen(f"http://127.0.0.1:{options.port}/api/v1/cameras/yard", timeout=20).read()
    return json.loads(text)["frames"]


def files():
    return sum(len(names) for _, _, names in os.walk(media))


faults = 0
try:
    for _ in range(200):
        try:
            frames()
            break
        except OSError:
            time.sleep(0.1)
    time.sleep(5)
    for step in ["+0", "+3600", "+0", "-3600", "+0", "+950400", "+0", "-950400", "+0"]:
        before, kept, begin = frames(), files(), time.monotonic()
        jump(step)
        time.sleep(6)
        rate = (frames() - before) / (time.monotonic() - begin)
        faults += rate < 24 or files() < kept
        print(f"clock at {step} s: {rate:.1f} frames a second, {files()} recordings ({files() - kept:+d})", flush=True)
finally:
    begin = time.monotonic()
    service.terminate()
    code = service.wait()
    print(f"ended in {time.monotonic() - begin:.1f} s with {code}")
lines = [json.loads(line) for line in open(os.path.join(folder, "events.jsonl"))]
numbers = [line["seq"] for line in lines]
spans = [line for line in lines if line["type"] == "end" and line["end"] < line["start"]]
print(f"{len(lines)} events, numbers in order: {numbers == list(range(numbers[0], numbers[0] + len(numbers)))}, "
      f"ends before their starts: {len(spans)}")
sys.exit(faults > 0 or code != 0 or bool(spans))

#!/usr/bin/env python3
"""usage: slow-disk.py MODEL VIDEO [--seconds 60] [--cameras 2] [--delay 2]      (needs ffmpeg and a C compiler)

A disk that takes two seconds for each write, under the store of events, their log, clips, snapshots and a continuous recording: every
write, sync, truncation and renaming of a file below the folder of the service sleeps (a library that is loaded before libc). The
rates at which cameras are decoded and inferred are compared with those on the disk as it is. Exit code 1 where one differs by more
than 2 %, or where the slow disk was not slow.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

import cameras as common
from cameras import Cameras, Service, encode, frames_taken, looks

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static void nap(void) {
  struct timespec left = {atoi(getenv("SLOW_SECONDS")), 0};
  nanosleep(&left, NULL);
}
static int below(const char *path) {
  const char *folder = getenv("SLOW_FOLDER");
  return folder && strncmp(path, folder, strlen(folder)) == 0;
}
static int slow(int descriptor) {
  char name[64], path[4096];
  snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return below(path);
}
#define REAL(name, type) static type real; if (!real) real = (type)dlsym(RTLD_NEXT, #name)
#define ON_DESCRIPTOR(result, name, parameters, arguments) \
  result name parameters { typedef result (*type) parameters; REAL(name, type); if (slow(descriptor)) nap(); return real arguments; }
ON_DESCRIPTOR(ssize_t, write, (int descriptor, const void *bytes, size_t count), (descriptor, bytes, count))
ON_DESCRIPTOR(ssize_t, writev, (int descriptor, const struct iovec *parts, int count), (descriptor, parts, count))
ON_DESCRIPTOR(ssize_t, pwrite, (int descriptor, const void *bytes, size_t count, off_t place), (descriptor, bytes, count, place))
ON_DESCRIPTOR(ssize_t, pwrite64, (int descriptor, const void *bytes, size_t count, off64_t place), (descriptor, bytes, count, place))
ON_DESCRIPTOR(int, fsync, (int descriptor), (descriptor))
ON_DESCRIPTOR(int, fdatasync, (int descriptor), (descriptor))
ON_DESCRIPTOR(int, ftruncate, (int descriptor, off_t length), (descriptor, length))
ON_DESCRIPTOR(int, ftruncate64, (int descriptor, off64_t length), (descriptor, length))
int rename(const char *from, const char *to) {
  typedef int (*type)(const char *, const char *);
  REAL(rename, type);
  if (below(from)) nap();
  return real(from, to);
}
"""


class Recorded(Service):
    """A service that records all that its cameras send."""

    def write(self, urls):
        lines = "\n".join(f'  c{index}: {{url: "{url}", transport: tcp, record: {{continuous: 1d}}}}' for index, url in enumerate(urls))
        with open(f"{self.folder}/service.yml", "w") as file:
            file.write(f'version: 1\nmodel: {{path: "{self.model}", imgsz: 320}}\ndefaults: {{detect: {self.detect}}}\ncameras:\n{lines}\n'
                       f'http: {{listen: "127.0.0.1:0"}}\noutputs: {{events: {{jsonl: {{path: "{self.folder}/disk/events.jsonl"}}}}, '
                       f'storage: {{path: "{self.folder}/disk/media", min_free: 0}}}}\n')


def measure(folder, options, server):
    os.makedirs(f"{folder}/disk", exist_ok=True)
    service = Recorded(folder, os.path.abspath(options.model), [server.url(f"c{index}") for index in range(options.cameras)],
                       "{fps: 5, motion: {gate: false}}")
    try:
        service.wait_until_up()
        time.sleep(10)
        first, begin = service.metrics(), time.monotonic()
        time.sleep(options.seconds)
        last, passed = service.metrics(), time.monotonic() - begin
        rates = [(frames_taken(last, name) - frames_taken(first, name), looks(last, name) - looks(first, name))
                 for name in (f"c{index}" for index in range(options.cameras))]
        events = sum(value for name, value in last.items() if name.startswith("yolostream_events_total"))
        size = sum(os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(f"{folder}/disk/media") for name in names)
    finally:
        service.process.kill()
        service.process.wait()
    decoded, seen = (sum(one[part] for one in rates) / passed / options.cameras for part in (0, 1))
    print(f"{decoded:.2f} frames/s decoded and {seen:.2f} inferred, a camera; {events:.0f} events, {size / 1e6:.1f} MB of recordings", flush=True)
    return rates, size, passed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--cameras", type=int, default=2)
    parser.add_argument("--delay", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip, source, library = f"{folder}/clip.h264", f"{folder}/slow.c", f"{folder}/slow.so"
        encode(["-stream_loop", "-1", "-i", options.video], clip, 10, "640x480", 60)
        with open(source, "w") as file:
            file.write(SHIM)
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
        server = Cameras(clip, 10)
        try:
            fast, usual, passed = measure(f"{folder}/fast", options, server)
            # The program alone is to see the slow disk.
            wrapper = f"{folder}/yolostream"
            with open(wrapper, "w") as file:
                file.write(f'#!/bin/sh\nSLOW_FOLDER={folder}/slow/disk SLOW_SECONDS={options.delay} LD_PRELOAD={library} exec '
                           f'{os.path.abspath(common.PROGRAM)} "$@"\n')
            os.chmod(wrapper, 0o755)
            common.PROGRAM = wrapper
            slow, size, passed_slow = measure(f"{folder}/slow", options, server)
        finally:
            server.end()
    worst = max(abs(after / passed_slow / (before / passed) - 1) for ones, others in zip(fast, slow) for before, after in zip(ones, others))
    print(f"largest difference of a rate {worst * 100:.2f} %")
    isWell = worst <= 0.02 and size < usual / 2
    print("verdict: " + ("well" if isWell else "not well"))
    sys.exit(0 if isWell else 1)


if __name__ == "__main__":
    main()

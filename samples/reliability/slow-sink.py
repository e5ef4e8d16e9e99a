#!/usr/bin/env python3
"""usage: slow-sink.py MODEL VIDEO [--seconds 60] [--rate 25] [--outputs slow,unread,stopped]

What a slow output costs the others. A run writes detections (JSON Lines) and a table (CSV) of a live camera, a service writes
detections of two cameras. Four times: the detections of the first camera go to a plain file; to a file whose every write takes
two seconds (by a library that is loaded before the C library's); to a named pipe that nobody reads; to one whose reader has
stopped. Prints the rate of the run's table and of both cameras of the service, and what was lost. Exit code 1 if a rate differs
by more than 2 % from the first, if no loss was counted (1,024 values wait before one is lost), or if the run or the service took
more than 10 s to stop. The program is $YOLOSTREAM_EXECUTABLE or .build/release/yolostream.
"""
import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time

from cameras import PROGRAM, Cameras, Service, encode, looks

LIBRARY = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
ssize_t write(int descriptor, const void *bytes, size_t count) {
  static ssize_t (*next)(int, const void *, size_t);
  if (!next) next = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length > 0 && (path[length] = 0, strstr(path, "/slow-file-c0"))) sleep(2);
  return next(descriptor, bytes, count);
}
"""


class Target:
    """A place for the detections: `plain`, `slow`, `unread` or `stopped`."""

    def __init__(self, kind, folder):
        self.reader = None
        self.path = f"{folder}/{'slow-file' if kind == 'slow' else 'lines'}-c0.jsonl"
        if kind in ("unread", "stopped"):
            os.mkfifo(self.path)
        if kind == "stopped":
            self.reader = subprocess.Popen(["cat", self.path], stdout=subprocess.DEVNULL)

    def stop_reader(self):
        if self.reader:
            self.reader.send_signal(signal.SIGSTOP)

    def end(self):
        if self.reader:
            self.reader.kill()
            self.reader.wait()


def frames(path):
    """Frames that a table has rows of."""
    rows = open(path).read().split("\n")[1:-1] if os.path.exists(path) else []
    return len({row.split(",")[7] for row in rows})


def wait_for(condition):
    end = time.monotonic() + 120
    while not condition():
        if time.monotonic() > end:
            sys.exit("no frames came")
        time.sleep(0.05)


def measure(count, seconds):
    before, begin = count(), time.monotonic()
    time.sleep(seconds)
    return (count() - before) / (time.monotonic() - begin)


def run(kind, url, options, folder):
    """Frames per second of the run's table, the line about losses, and the seconds that stopping took."""
    target, other = Target(kind, folder), f"{folder}/table.csv"
    process = subprocess.Popen(
        [PROGRAM, "run", url, "--model", options.model, "--imgsz", "192", "--threads", "1", "--conf", "0.02",
         "--detections", target.path, "--csv", other],
        stderr=subprocess.PIPE, text=True)
    wait_for(lambda: frames(other) > 10)
    target.stop_reader()
    rate = measure(lambda: frames(other), options.seconds)
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    report = process.communicate()[1]
    ending = time.monotonic() - begin
    target.end()
    losses = [line.strip() for line in report.splitlines() if "dropped" in line and "detections:" in line]
    return rate, losses[-1] if losses else "", ending


def serve(kind, urls, options, folder):
    """Frames analysed per second by each camera, frames that the first one's output lost, and the seconds that
    stopping took."""
    # Each camera has a file of its own, of which only the first is slow.
    first = Target(kind, folder)
    paths = first.path.replace("c0.", "{camera}.")
    service = Service(folder, options.model, urls, f"{{fps: {options.rate}}}", size=192, outputs=f', detections: "{paths}"')
    try:
        service.wait_until_up()
        first.stop_reader()
        before, begin = service.metrics(), time.monotonic()
        time.sleep(options.seconds)
        after, seconds = service.metrics(), time.monotonic() - begin
        rates = [(looks(after, camera) - looks(before, camera)) / seconds for camera in ("c0", "c1")]
        lost = sum(value for name, value in after.items() if name.startswith("yolostream_sink") and "dropped" in name and '"c0"' in name)
    finally:
        begin = time.monotonic()
        service.end()
        ending = time.monotonic() - begin
        first.end()
    return rates, lost, ending


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--outputs", default="slow,unread,stopped")
    options = parser.parse_args()
    is_well = True
    with tempfile.TemporaryDirectory() as folder:
        open(f"{folder}/slow.c", "w").write(LIBRARY)
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", f"{folder}/slow.c", "-o", f"{folder}/slow.so", "-ldl"], check=True)
        clip = f"{folder}/clip.h264"
        encode(["-i", options.video], clip, options.rate)
        cameras = Cameras(clip, options.rate)
        os.environ["LD_PRELOAD"] = f"{folder}/slow.so"
        first = None
        try:
            for kind in ["plain", *options.outputs.split(",")]:
                os.mkdir(f"{folder}/{kind}")
                os.mkdir(f"{folder}/{kind}/service")
                rate, losses, ending = run(kind, cameras.url("a"), options, f"{folder}/{kind}")
                rates, lost, service_ending = serve(kind, [cameras.url("b"), cameras.url("c")], options, f"{folder}/{kind}/service")
                first = first or [rate, *rates]
                shares = [now / then for now, then in zip([rate, *rates], first)]
                print(f"{kind:8} run: {rate:.2f} frames/s ({shares[0]:.3f} of plain); service: {rates[0]:.2f} ({shares[1]:.3f}), "
                      f"{rates[1]:.2f} ({shares[2]:.3f}) frames/s; lost: {losses or 'nothing'}; {lost:.0f} in the service; stopped in {ending:.1f} and {service_ending:.1f} s", flush=True)
                is_well = is_well and all(share >= 0.98 for share in shares) and (kind == "plain" or bool(losses) and lost > 0)
                is_well = is_well and max(ending, service_ending) <= 10
        finally:
            cameras.end()
    print("verdict: " + ("well" if is_well else "an output or a camera was slower, losses were not counted, or stopping took too long"))
    sys.exit(0 if is_well else 1)


if __name__ == "__main__":
    main()

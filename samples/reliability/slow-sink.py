#!/usr/bin/env python3
"""usage: slow-sink.py MODEL VIDEO [--seconds 20] [--rounds 2] [--rate 25] [--outputs plain,slow,unread,stopped]

What a slow output costs the others. A run writes detections (JSON Lines) and a table (CSV) of a live camera; a service writes
detections of two cameras. The detections of the first camera go to a plain file (the control); to a file whose every write takes
two seconds (by a library that is loaded before the C library's); to a named pipe that nobody reads; to one whose reader has stopped.

Rates are compared within one process: the output is free, then blocked, then free again, as often as there are rounds. (A pipe that
nobody reads is blocked first, and free when its reader comes; each round is a process.) A blocked part lasts until a loss is counted,
and --seconds more: 1,024 values wait before one is lost, beside what a pipe holds. Of the shares (blocked / free) of all rounds the
median counts. Ends with a verdict, and with exit code

  0  every rate is at least 0.98 of that beside it, losses were counted, all that was analysed is written or counted as lost, and
     stopping took at most 10 s
  1  something of this is not so
  2  the machine is too slow, or too busy, to tell: with free outputs not every frame of the cameras was analysed; lower --rate

The program is $YOLOSTREAM_EXECUTABLE or .build/release/yolostream.
"""
import argparse
import atexit
import fcntl
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from cameras import PROGRAM, Cameras, Service, encode, looks

QUEUE = 1024  # Values that wait for a sink of a live source.
PIPE = 4096  # Bytes that a pipe holds here; 64 KB would take a minute of short lines before the first loss.
LIBRARY = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
ssize_t write(int descriptor, const void *bytes, size_t count) {
  static ssize_t (*next)(int, const void *, size_t);
  if (!next) next = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  const char *flag = getenv("SLOW_SINK_FLAG");
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length > 0 && (path[length] = 0, strstr(path, "/slow-file-c0")) && flag && access(flag, F_OK) == 0) sleep(2);
  return next(descriptor, bytes, count);
}
"""


class Target:
    """Where the detections of the first camera go; it can be blocked and freed again."""

    def __init__(self, kind, folder):
        self.kind, self.reader, self.flag = kind, None, os.environ["SLOW_SINK_FLAG"]
        self.path = f"{folder}/{'slow-file' if kind == 'slow' else 'lines'}-c0.jsonl"
        self.written = self.path
        if kind in ("unread", "stopped"):
            os.mkfifo(self.path)
            self.written = f"{folder}/read.jsonl"
        if kind == "stopped":
            # Its size stays as long as somebody has it open.
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE)
            self.read()

    def read(self):
        self.reader = subprocess.Popen(["cat", self.path], stdout=open(self.written, "w"))

    def block(self):
        if self.kind == "slow":
            open(self.flag, "w").close()
        if self.kind == "stopped":
            self.reader.send_signal(signal.SIGSTOP)

    def free(self):
        if self.kind == "slow" and os.path.exists(self.flag):
            os.remove(self.flag)
        if self.kind == "unread" and not self.reader:
            self.read()
        if self.kind == "stopped":
            self.reader.send_signal(signal.SIGCONT)

    def lines(self):
        return open(self.written, "rb").read().count(b"\n") if os.path.exists(self.written) else 0

    def end(self):
        """Reads what is left, after the program has ended."""
        if self.kind != "unread":
            self.free()
        if self.reader:
            self.reader.wait()


class Table:
    """Counts the frames that a growing table has rows of; reads each row once."""

    def __init__(self, path):
        self.path, self.offset, self.rest, self.last, self.count = path, 0, "", "", 0

    def frames(self):
        if not os.path.exists(self.path):
            return 0
        with open(self.path) as file:
            file.seek(self.offset)
            rows = (self.rest + file.read()).split("\n")
            self.offset = file.tell()
        self.rest = rows.pop()
        for row in rows:
            frame = row.split(",")[7]
            if frame.isdigit() and frame != self.last:
                self.last, self.count = frame, self.count + 1
        return self.count


class RunHost:
    figures = ["run"]

    def __init__(self, kind, folder, urls, options):
        self.target, self.table = Target(kind, folder), Table(f"{folder}/table.csv")
        self.process = subprocess.Popen(
            [PROGRAM, "run", urls[0], "--model", options.model, "--imgsz", "192", "--threads", "1", "--conf", "0.02", "--max-det", "10",
             "--detections", self.target.path, "--csv", self.table.path],
            stderr=open(f"{folder}/report.txt", "w"))
        # Nothing outlives a measurement that fails.
        atexit.register(self.process.kill)
        self.report = f"{folder}/report.txt"
        wait_for(lambda: self.table.frames() > 10, "no frames came")

    def counts(self):
        now = time.monotonic()
        return now, [self.table.frames()]

    def lost(self):
        """A run reports its losses at its end: so many frames after it was blocked there must have been some."""
        return max(0, self.table.frames() - QUEUE - 200)

    def block(self):
        self.table.count = 0
        self.target.block()

    def end(self):
        begin = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        ending = time.monotonic() - begin
        self.target.end()
        return ending

    def reported(self):
        found = re.findall(r"detections: (\d+) written, (\d+) dropped", open(self.report).read())
        return tuple(map(int, found[-1])) if found else (self.target.lines(), 0)


class ServiceHost:
    figures = ["c0", "c1"]

    def __init__(self, kind, folder, urls, options):
        # Each camera has a file of its own, of which only the first is slow.
        self.target = Target(kind, folder)
        path = self.target.path.replace("c0.", "{camera}.")
        self.service = Service(
            folder, options.model, urls[1:], f"{{fps: {options.rate}}}", size=192, outputs=f', detections: "{path}"')
        self.service.wait_until_up()
        self.before, self.last = 0, (0, 0, 0)

    def counts(self):
        now, metrics = time.monotonic(), self.service.metrics()
        self.last = [looks(metrics, "c0"), looks(metrics, "c1"), metrics['yolostream_sink_dropped_total{sink="detections",camera="c0"}']]
        return now, self.last[:2]

    def lost(self):
        self.counts()
        return self.last[2] - self.before

    def block(self):
        self.counts()
        self.before = self.last[2]
        self.target.block()

    def end(self):
        begin = time.monotonic()
        self.service.end()
        ending = time.monotonic() - begin
        self.target.end()
        return ending

    def missing(self):
        """Frames that were analysed, and are neither written nor counted as lost."""
        self.counts()
        return self.last[0] - self.target.lines() - self.last[2]


def wait_for(condition, failure):
    end = time.monotonic() + 120
    while not condition():
        if time.monotonic() > end:
            sys.exit(failure)
        time.sleep(0.1)


def window(host, seconds, until_lost=False):
    """Frames per second of each figure for `seconds`, from the first loss if that is waited for."""
    begin, before = host.counts()
    end, limit = begin + seconds, begin + 240
    while (now := time.monotonic()) < end:
        time.sleep(min(1, end - now))
        # Asked for in every window, so that the question costs the same in each.
        if host.lost() <= 0 and until_lost and now < limit:
            end = time.monotonic() + seconds
    now, after = host.counts()
    return [(late - early) / (now - begin) for early, late in zip(before, after)]


def measure(make, kind, options):
    """Pairs of rates (blocked, free), whether each blocked part had losses, frames unaccounted for, seconds that stopping took."""
    pairs, are_lost, missing, endings = [], True, 0, []
    for _ in range(options.rounds if kind == "unread" else 1):
        host = make()
        free = None if kind == "unread" else window(host, options.seconds)
        for _ in range(1 if kind == "unread" else options.rounds):
            host.block()
            blocked = window(host, options.seconds, until_lost=kind != "plain")
            are_lost = are_lost and (kind == "plain" or host.lost() > 0)
            host.target.free()
            # What waited is written now; this is no part of a measurement.
            time.sleep(3)
            after = window(host, options.seconds)
            pairs.append((blocked, [(a + b) / 2 for a, b in zip(free or after, after)]))
            free = after
        if isinstance(host, ServiceHost):
            missing = max(missing, abs(host.missing()))
        if kind != "unread":
            host.block()
            time.sleep(3)
        endings.append(host.end())
        if isinstance(host, RunHost):
            written, dropped = host.reported()
            missing = max(missing, abs(written - host.target.lines()))
            are_lost = are_lost and (kind == "plain" or dropped > 0)
    if kind == "unread":
        # One that ends while nobody reads; its reader comes too late.
        endings.append(make().end())
    return pairs, are_lost, missing, max(endings)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--outputs", default="plain,slow,unread,stopped")
    options = parser.parse_args()
    faults, is_fast = [], True
    with tempfile.TemporaryDirectory() as folder:
        open(f"{folder}/slow.c", "w").write(LIBRARY)
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", f"{folder}/slow.c", "-o", f"{folder}/slow.so", "-ldl"], check=True)
        clip = f"{folder}/clip.h264"
        encode(["-i", options.video], clip, options.rate)
        cameras = Cameras(clip, options.rate)
        urls = [cameras.url(name) for name in "abc"]
        os.environ["LD_PRELOAD"], os.environ["SLOW_SINK_FLAG"] = f"{folder}/slow.so", f"{folder}/slow-now"
        for kind in options.outputs.split(","):
            for host in (RunHost, ServiceHost):
                pairs, are_lost, missing, ending = measure(
                    lambda: host(kind, tempfile.mkdtemp(dir=folder), urls, options), kind, options)
                texts = []
                for index, figure in enumerate(host.figures):
                    shares = sorted(blocked[index] / free[index] for blocked, free in pairs)
                    share = statistics.median(shares)
                    rate = statistics.median(free[index] for _, free in pairs)
                    texts.append(f"{figure} {share:.3f} ({shares[0]:.3f} to {shares[-1]:.3f}) of {rate:.2f} frames/s")
                    is_fast = is_fast and rate >= 0.98 * options.rate
                    if share < 0.98:
                        faults.append(f"{kind}: {figure} was slower")
                name = "run" if host is RunHost else "service"
                if not are_lost:
                    faults.append(f"{kind}: the {name} counted no loss")
                if missing > 5:
                    faults.append(f"{kind}: {missing:.0f} frames of the {name} are neither written nor counted")
                if ending > 10:
                    faults.append(f"{kind}: the {name} took {ending:.0f} s to stop")
                print(f"{kind:8} {name:7} {', '.join(texts)}; stopped in {ending:.1f} s", flush=True)
    if not is_fast:
        print("verdict: none: with free outputs not every frame was analysed; the machine is too slow or busy, lower --rate")
        sys.exit(2)
    print("verdict: " + ("; ".join(faults) or "well"))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

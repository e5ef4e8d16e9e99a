#!/usr/bin/env python3
"""usage: batch-kills.py VIDEO [VIDEO …] [--clips N] [--kills N] [--model FILE] [--seed N] [--keep DIR]

Cuts N short clips out of the videos, annotates them in one unbroken run, then

- again, killed (SIGKILL) at random moments and resumed each time,
- in 1, 3 and 8 shards, and with two jobs,

and compares the SHA-256 of every output with the unbroken run's. Ends with 1 if any differs or is missing.
"""
import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("YOLOSTREAM", os.path.join(HERE, "../../.build/release/yolostream"))
FORMATS = "video,detections,events,mot,csv,coco,webvtt"


def make_clips(videos, count, folder, chance):
    lengths = [float(subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", video],
        capture_output=True, text=True, check=True).stdout) for video in videos]
    for number in range(count):
        which = number % len(videos)
        length = chance.uniform(0.5, 2.0)
        start = chance.uniform(0, max(0, lengths[which] - length))
        path = f"{folder}/camera{number % 7}/clip{number // 7:03d}.mp4"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-ss", f"{start:.3f}", "-i", videos[which], "-t", f"{length:.3f}",
             "-vf", "scale=320:-2", "-an", "-c:v", "libx264", "-preset", "ultrafast", path], check=True)


def hashes(folder):
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            # What a kill left of a file that was being put in its place.
            if name.endswith(".new") or name.startswith(".yolostream.json."):
                continue
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


def compare(name, found, expected):
    wrong = sorted(path for path in expected if found.get(path) != expected[path])
    extra = sorted(set(found) - set(expected))
    print(f"{name}: {len(expected) - len(wrong)} of {len(expected)} outputs equal, {len(extra)} that should not be there",
          flush=True)
    for path in (wrong + extra)[:10]:
        print("  " + path)
    return not wrong and not extra


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="+")
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--model")
    parser.add_argument("--imgsz", default="320")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="work in this folder and keep it")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    videos = [os.path.abspath(video) for video in options.videos]
    with tempfile.TemporaryDirectory() as scratch:
        work = options.keep or scratch
        os.makedirs(f"{work}/clips", exist_ok=True)
        os.chdir(work)
        if not os.listdir("clips"):
            make_clips(videos, options.clips, "clips", chance)
        words = [PROGRAM, "annotate", "clips", "--formats", FORMATS, "-q", "--imgsz", options.imgsz]
        words += ["--model", os.path.abspath(options.model)] if options.model else []
        begin = time.monotonic()
        subprocess.run(words + ["-o", "whole"], check=True)
        whole = time.monotonic() - begin
        expected = hashes("whole")
        done = sum(path.endswith(".done") for path in expected)
        print(f"unbroken: {done} clips, {len(expected)} outputs in {whole:.1f} s", flush=True)
        isWell = done == options.clips

        kills = 0
        while kills < options.kills:
            running = subprocess.Popen(words + ["-o", "killed", "--resume"])
            # So that the last kill comes near the end: starting takes its time in each attempt.
            try:
                running.wait(chance.uniform(0.1, 2 * whole / options.kills))
                print(f"  over after {kills} kills; its results are taken away, and it begins again", flush=True)
                isWell &= compare("killed and resumed", hashes("killed"), expected)
                subprocess.run(["rm", "-rf", "killed"], check=True)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
                running.wait()
                kills += 1
        subprocess.run(words + ["-o", "killed", "--resume"], check=True)
        isWell &= compare(f"killed {kills} times and resumed", hashes("killed"), expected)

        for count in (1, 3, 8):
            processes = [subprocess.Popen(words + ["-o", f"shards{count}", "--shard", f"{number}/{count}", "--threads", "1"])
                         for number in range(1, count + 1)]
            codes = [process.wait() for process in processes]
            isWell &= compare(f"{count} shards at once", hashes(f"shards{count}"), expected) and not any(codes)
        begin = time.monotonic()
        subprocess.run(words + ["-o", "jobs", "--jobs", "2"], check=True)
        print(f"two jobs: {time.monotonic() - begin:.1f} s", flush=True)
        isWell &= compare("two jobs", hashes("jobs"), expected)
    sys.exit(0 if isWell else 1)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""usage: parts.py VIDEO [--parts 4] [--model FILE] [--imgsz N] [--long SECONDS]

Annotates a video as a whole, then in parts, one process each at the same time, and merges these. Prints how many outputs are the same
bytes and IDF1 of the merged tracks against those of the whole run. `--long` repeats the video up to that length first. Ends with 1
if anything differs.
"""
import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("YOLOSTREAM", os.path.join(HERE, "../../.build/release/yolostream"))
FORMATS = "video,detections,events,mot,csv,coco,webvtt,cvat,label-studio"


def sums(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.startswith("long.") and ".part-" not in name:
            with open(f"{folder}/{name}", "rb") as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video")
    parser.add_argument("--parts", type=int, default=4)
    parser.add_argument("--model")
    parser.add_argument("--imgsz", default="640")
    parser.add_argument("--long", type=float, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        video = f"{work}/long.mp4"
        length = ["-stream_loop", "-1", "-t", str(options.long)] if options.long else []
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *length[:2], "-i", options.video, *length[2:], "-an", "-c:v", "libx264",
                        "-preset", "veryfast", video], check=True)
        words = [video, "--formats", FORMATS, "-q", "--imgsz", options.imgsz]
        words += ["--model", os.path.abspath(options.model)] if options.model else []
        begin = time.monotonic()
        subprocess.run([PROGRAM, "annotate", *words, "-o", f"{work}/whole"], check=True)
        print(f"as a whole: {time.monotonic() - begin:.1f} s", flush=True)
        begin = time.monotonic()
        processes = [subprocess.Popen([PROGRAM, "annotate", *words, "-o", f"{work}/parts", "--threads", "1", "--part",
                                       f"{number}/{options.parts}"]) for number in range(1, options.parts + 1)]
        is_well = not any([process.wait() for process in processes])
        print(f"{options.parts} parts at the same time: {time.monotonic() - begin:.1f} s", flush=True)
        begin = time.monotonic()
        merged = subprocess.run([PROGRAM, "merge", *words, "-o", f"{work}/parts"], check=True, capture_output=True, text=True)
        print(f"merged: {time.monotonic() - begin:.1f} s {merged.stderr.strip()}", flush=True)
        expected, found = sums(f"{work}/whole"), sums(f"{work}/parts")
        equal = [name for name in expected if found.get(name) == expected[name]]
        print(f"{len(equal)} of {len(expected)} outputs are the same bytes", flush=True)
        report = subprocess.run([PROGRAM, "evaluate-tracks", "--json", "--ground-truth", f"{work}/whole/long.mot.txt", "--tracks",
                                 f"{work}/parts/long.mot.txt"], check=True, capture_output=True, text=True).stdout
        print("IDF1", json.loads(report)["combined"]["IDF1"])
        sys.exit(0 if is_well and len(equal) == len(expected) else 1)


if __name__ == "__main__":
    main()

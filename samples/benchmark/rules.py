#!/usr/bin/env python3
"""usage: rules.py VIDEO [--model FILE] [--rounds N] [--imgsz N]

Zones and lines over footage: frames per second of a run with three zones and two lines as a ratio to the same run without, and
whether two runs give the same bytes. Each round is one run of each kind in turn, ratios are taken within a round, and the median
of the rounds counts. Exit code 1 below 0.95, or if the bytes differ.
"""
import argparse
import hashlib
import os
import re
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("YOLOSTREAM", os.path.join(HERE, "../../.build/release/yolostream"))
RULES = ["--zone", "left:0,0;0.5,0;0.5,1;0,1", "--zone", "lower:0,0.5;1,0.5;1,1;0,1", "--zone", "path:0.2,0.3;0.8,0.3;0.9,0.9;0.1,0.9",
         "--line", "across:0.5,0;0.5,1", "--line", "along:0,0.5;1,0.5"]


def run(options, words, events):
    command = [PROGRAM, "run", options.video, "--events", events, "--overwrite", "--imgsz", str(options.imgsz), *words]
    printed = subprocess.run(command + (["--model", options.model] if options.model else []), check=True, capture_output=True, text=True).stderr
    rate = re.search(r"([0-9.]+) (?:frames/s|frames per second|fps)", printed)
    return float(rate[1]), hashlib.sha256(open(events, "rb").read()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video")
    parser.add_argument("--model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--imgsz", type=int, default=640)
    options = parser.parse_args()
    ratios, rates, sums = [], [], set()
    with tempfile.TemporaryDirectory() as work:
        run(options, [], f"{work}/first.jsonl")
        for number in range(options.rounds):
            # Each comes first in turn.
            kinds = [[], RULES] if number % 2 == 0 else [RULES, []]
            found = {bool(words): run(options, words, f"{work}/{bool(words)}.jsonl") for words in kinds}
            rates.append((found[False][0], found[True][0]))
            ratios.append(found[True][0] / found[False][0])
            sums.add(found[True][1])
            print(f"without rules {found[False][0]:.1f} frames/s, with {found[True][0]:.1f}: {ratios[-1]:.3f}", flush=True)
        with open(f"{work}/True.jsonl") as file:
            lines = file.read().splitlines()
    crossings = sum('"type":"line"' in line for line in lines)
    entries = sum('"type":"zone_enter"' in line for line in lines)
    ratio = statistics.median(ratios)
    print(f"{len(lines)} lines, {entries} entries of zones, {crossings} crossings; {len(sums)} different logs of {options.rounds} runs; median {ratio:.3f}")
    isWell = ratio >= 0.95 and len(sums) == 1 and entries and crossings
    print("verdict: " + ("well" if isWell else "not well"))
    sys.exit(0 if isWell else 1)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""usage: leave-one-out.py MOT [--video vtest.avi --model M] [--peer] [--jobs 2]

MOT is a folder of sequences with det.txt, gt.txt and seqinfo.ini. Guards the tracker's figures against tuning on them: for each
sequence the settings are chosen that are best on average (HOTA) over the others, and this sequence is measured with them. Beside
it: the default settings, and with --peer C-BIoU with its defaults (pip install trackers supervision). With --video, which is the
sequence PETS09-S2L1, the program is also measured end to end, with its detector. Takes five sequences through 36 settings, --jobs
settings at a time.
"""
import argparse
import concurrent.futures
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
YOLOSTREAM = os.path.join(HERE, "../../.build/release/yolostream")
FIGURES = ("HOTA", "MOTA", "IDF1")
# The published starting points and a step to each side: least score of a start, of a match, evidence of an object.
GRID = list(itertools.product((0.4, 0.5, 0.6), (0.25, 0.3, 0.35, 0.4), (1.5, 2.5, 3.5)))
DEFAULT = (0.5, 0.3, 2.5)


def run(*arguments):
    return subprocess.run([YOLOSTREAM, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def figures_of(row):
    return {**{name: 100 * row[name] for name in FIGURES}, "switches": row["IDSW"]}


def score(truth, tracks):
    return figures_of(json.loads(run("evaluate-tracks", "--ground-truth", truth, "--tracks", tracks, "--json"))["average"])


def follow(mot, names, settings, folder):
    """The figures of every sequence with these settings."""
    high, match, confirm = settings
    tracks = os.path.join(folder, "-".join(map(str, settings)))
    os.makedirs(tracks)
    for name in names:
        run("track", "--detections", os.path.join(mot, name, "det.txt"), "--high-score", str(high), "--match-threshold", str(match),
            "--confirm", str(confirm), "-o", os.path.join(tracks, f"{name}.txt"))
    rows = json.loads(run("evaluate-tracks", "--ground-truth", mot, "--tracks", tracks, "--json"))["sequences"]
    return {name: figures_of(rows[name]) for name in names}


def peer(sequence, folder):
    """C-BIoU of the package trackers, on the same detections."""
    import numpy
    import supervision
    from trackers import CBIoUTracker
    rows = numpy.loadtxt(os.path.join(sequence, "det.txt"), delimiter=",", ndmin=2)
    tracker, lines = CBIoUTracker(), []
    for frame in range(1, int(rows[:, 0].max()) + 1):
        boxes = rows[rows[:, 0] == frame]
        corners = numpy.concatenate([boxes[:, 2:4], boxes[:, 2:4] + boxes[:, 4:6]], axis=1)
        found = tracker.update(supervision.Detections(
            xyxy=corners.reshape(-1, 4), confidence=boxes[:, 6], class_id=numpy.zeros(len(boxes), int)))
        for (left, top, right, bottom), identity in zip(found.xyxy, found.tracker_id):
            if identity is not None and identity >= 0:
                lines.append(f"{frame},{identity + 1},{left:.2f},{top:.2f},{right - left:.2f},{bottom - top:.2f},1,-1,-1,-1")
    tracks = os.path.join(folder, "peer.txt")
    open(tracks, "w").write("\n".join(lines) + "\n")
    return score(os.path.join(sequence, "gt.txt"), tracks)


def mean(values):
    return {name: sum(value[name] for value in values) / len(values) for name in FIGURES}


def text(figures):
    return " / ".join(f"{figures[name]:.1f}" for name in FIGURES)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mot")
    parser.add_argument("--video")
    parser.add_argument("--model")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    names = sorted(name for name in os.listdir(options.mot) if os.path.exists(os.path.join(options.mot, name, "gt.txt")))
    with tempfile.TemporaryDirectory() as folder:
        results, started = {}, time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as jobs:
            for settings, found in zip(GRID, jobs.map(lambda settings: follow(options.mot, names, settings, folder), GRID)):
                results.update({(name, settings): figures for name, figures in found.items()})
                print(f"{settings}: {text(mean(list(found.values())))}, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        rows = []
        for name in names:
            others = [other for other in names if other != name]
            chosen = max(GRID, key=lambda settings: sum(results[other, settings]["HOTA"] for other in others))
            rows.append((name, chosen, results[name, chosen], results[name, DEFAULT],
                         peer(os.path.join(options.mot, name), folder) if options.peer else None))
        print("| HOTA / MOTA / IDF1 | settings chosen on the others | with them | defaults |" + (" C-BIoU |" if options.peer else ""))
        print("|---|---|---|---|" + ("---|" if options.peer else ""))
        for name, chosen, held, default, other in rows:
            print(f"| {name} | {chosen} | {text(held)} | {text(default)} |" + (f" {text(other)} |" if other else ""))
        last = [mean([row[index] for row in rows]) for index in (2, 3)] + ([mean([row[4] for row in rows])] if options.peer else [])
        print("| average | | " + " | ".join(text(figures) for figures in last) + " |")
        if options.video:
            tracks = os.path.join(folder, "video.txt")
            run("run", options.video, "--classes", "person", "--mot", tracks, "-q", *(["--model", options.model] if options.model else []))
            figures = score(os.path.join(options.mot, "PETS09-S2L1", "gt.txt"), tracks)
            print(f"\n{options.video} end to end: {text(figures)}, {figures['switches']:.0f} switches")


if __name__ == "__main__":
    main()

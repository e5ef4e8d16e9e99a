#!/usr/bin/env python3
"""usage: tracks.py        (needs: pip install trackeval==1.3.0)

Writes `tracks/gt.txt`, made-up people who cross a square, `tracks/tracks.txt`, poor tracks of them (rows missing, boxes
moved, identities changed, ghosts), and `tracks/expected.json`, what TrackEval's metrics say of them.
"""
import collections
import json
import math
import pathlib

import numpy as np
from trackeval.metrics import CLEAR, HOTA, Identity

FOLDER = pathlib.Path(__file__).parent / "tracks"
PEOPLE, FRAMES = 8, 90


def truth():
    for frame in range(1, FRAMES + 1):
        for person in range(1, PEOPLE + 1):
            first, last = 3 * person - 2, FRAMES - 5 * (person % 4)
            if not first <= frame <= last:
                continue
            way = 1 if person % 2 else -1
            x = 320 + way * (4.5 * (frame - 45) + 3 * person) + 8 * math.sin(frame / 9 + person)
            y = 120 + 22 * person + 6 * math.cos(frame / 7)
            yield frame, person, (round(x, 1), round(y, 1), 30 + 2 * person, 80 + 4 * person)


def poor(rows):
    for frame, person, (x, y, width, height) in rows:
        if (frame * 7 + person * 3) % 11 == 0:
            continue
        identity = person + (frame // (17 + person % 5) % 2) * 100
        box = (round(x + (frame + person) % 5 * 0.09 * width, 1), y, width, round(height * (1 - frame % 3 * 0.07), 1))
        yield frame, identity, box
        if (frame + person) % 13 < 2:
            yield frame, 500 + person, (box[0], round(y + 0.8 * height, 1), width, height)


def overlap(one, other):
    low = [max(one[0], other[0]), max(one[1], other[1])]
    high = [min(one[0] + one[2], other[0] + other[2]), min(one[1] + one[3], other[1] + other[3])]
    shared = max(high[0] - low[0], 0) * max(high[1] - low[1], 0)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def main():
    FOLDER.mkdir(exist_ok=True)
    gt = list(truth())
    tracks = list(poor(gt))
    for name, rows in (("gt", gt), ("tracks", tracks)):
        (FOLDER / f"{name}.txt").write_text("".join(
            f"{frame},{identity},{','.join(str(v) for v in box)},1,-1,-1,-1\n" for frame, identity, box in rows))
    by_frame = [collections.defaultdict(list) for _ in range(2)]
    numbers = [{}, {}]
    for side, rows in enumerate((gt, tracks)):
        for frame, identity, box in rows:
            by_frame[side][frame].append((numbers[side].setdefault(identity, len(numbers[side])), box))
    frames = range(1, FRAMES + 1)
    ids = [[np.array([identity for identity, _ in by_frame[side][frame]], dtype=int) for frame in frames] for side in (0, 1)]
    data = {
        "num_gt_dets": len(gt), "num_tracker_dets": len(tracks), "num_gt_ids": len(numbers[0]),
        "num_tracker_ids": len(numbers[1]), "num_timesteps": FRAMES, "gt_ids": ids[0], "tracker_ids": ids[1],
        "similarity_scores": [
            np.array([[overlap(one, other) for _, other in by_frame[1][frame]] for _, one in by_frame[0][frame]])
            .reshape(len(by_frame[0][frame]), len(by_frame[1][frame])) for frame in frames]}
    quiet = {"PRINT_CONFIG": False}
    hota, clear, identity = HOTA().eval_sequence(data), CLEAR(quiet).eval_sequence(data), Identity(quiet).eval_sequence(data)
    (FOLDER / "expected.json").write_text(json.dumps({
        "HOTA": float(np.mean(hota["HOTA"])), "DetA": float(np.mean(hota["DetA"])), "AssA": float(np.mean(hota["AssA"])),
        "MOTA": float(clear["MOTA"]), "IDF1": float(identity["IDF1"]), "switches": int(clear["IDSW"]),
        "fragmentations": int(clear["Frag"]), "falsePositives": int(clear["CLR_FP"]),
        "falseNegatives": int(clear["CLR_FN"])}, indent=1) + "\n")


main()

#!/usr/bin/env python3
"""usage: count-errors.py SEQUENCES [--program .build/release/yolostream]

Miscounts of lines and zones on trembling tracks: this program beside supervision's LineZone and PolygonZone and Ultralytics'
ObjectCounter (pip install supervision ultralytics). SEQUENCES is a folder of MOTChallenge sequences of fixed cameras, each
with gt.txt and seqinfo.ini.

Each ground-truth box gets noise that is smooth over three frames, in proportion to its size, and a tenth of the boxes is
left out. The truth belongs to nobody's rule: the ground-truth path of the anchor, smoothed over a second, crosses the
segment or enters the polygon. A miscount is a crossing or entry of one track too many or too few. Ultralytics counts the
centre of a box, the others the middle of its lower edge; each is held to the truth of its own anchor.
"""
import argparse
import collections
import configparser
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import supervision
from shapely.geometry import LineString, Point, Polygon
from ultralytics.solutions.object_counter import ObjectCounter

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("sequences", type=pathlib.Path)
parser.add_argument("--program", default=".build/release/yolostream")
parser.add_argument("--names", nargs="+", default=["PETS09-S2L1", "TUD-Stadtmitte", "TUD-Campus"])
parser.add_argument("--noise", nargs="+", type=float, default=[0, 0.02, 0.05, 0.1])
options = parser.parse_args()


def anchors(boxes, kind):
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    return np.stack([x, boxes[:, 3] if kind == "bottom" else (boxes[:, 1] + boxes[:, 3]) / 2], 1)


def smooth(points, window):
    half = window // 2
    return np.array([points[max(0, i - half):i + half + 1].mean(0) for i in range(len(points))])


def crossings(path, line):
    """in and out of a path of points over a segment, in being to the right of the look from a to b"""
    a, b = np.array(line, float)
    found = collections.Counter()
    cross = lambda u, v: u[0] * v[1] - u[1] * v[0]
    for p, q in zip(path, path[1:]):
        s, t = cross(b - a, p - a), cross(b - a, q - a)
        if (s > 0) != (t > 0) and cross(q - p, a - p) * cross(q - p, b - p) <= 0:
            found["in" if t > 0 else "out"] += 1
    return found


def entries(inside):
    return sum(1 for before, now in zip([False, *inside], inside) if now and not before)


def geometry(width, height):
    random = np.random.default_rng(1)
    lines = []
    while len(lines) < 12:
        a, b = random.uniform(0.1, 0.9, (2, 2))
        if np.linalg.norm(a - b) > 0.3:
            lines.append((a, b))
    zones = []
    for _ in range(12):
        centre, turn = random.uniform(0.25, 0.75, 2), np.sort(random.uniform(0, 2 * np.pi, 6))
        zones.append(np.clip(centre + random.uniform(0.15, 0.3) * np.stack([np.cos(turn), np.sin(turn)], 1), 0, 1))
    scale = np.array([width, height])
    return [np.array(line) * scale for line in lines], [zone * scale for zone in zones]


def counter(region, shape):
    """Ultralytics' counter without a model: its region and what it remembers"""
    made = ObjectCounter.__new__(ObjectCounter)
    made.region, made.r_s, made.LineString, made.Point = [tuple(p) for p in region], shape(region), LineString, Point
    made.in_count = made.out_count = 0
    made.counted_ids, made.names = set(), {0: "object"}
    made.classwise_count = collections.defaultdict(lambda: {"IN": 0, "OUT": 0})
    return made


def ours(frames, rate, size, lines, zones):
    scale = np.array(size)
    text = lambda points: ";".join(f"{x:.6f},{y:.6f}" for x, y in np.array(points) / scale)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        for frame, rows in frames.items():
            for track, box in rows:
                file.write(f"{frame},{track},{box[0]:.3f},{box[1]:.3f},{box[2]-box[0]:.3f},{box[3]-box[1]:.3f},1,-1,-1,-1\n")
        file.flush()
        rules = [f"--line={i}:{text(line)}" for i, line in enumerate(lines)]
        rules += [f"--zone={i}:{text(zone)}" for i, zone in enumerate(zones)]
        out = subprocess.run([options.program, "rules", "--tracks", file.name, "--fps", str(rate), "--size",
                              f"{size[0]}x{size[1]}", *rules], check=True, capture_output=True, text=True).stdout
    line_counts, zone_counts, dwell = collections.Counter(), collections.Counter(), collections.Counter()
    for event in map(json.loads, out.splitlines()):
        if event["type"] == "line":
            line_counts[event["track"], int(event["line"]), event["direction"]] += 1
        elif event["type"] == "zone_enter":
            zone_counts[event["track"], int(event["zone"])] += 1
        elif event["type"] == "zone_exit":
            dwell[event["track"], int(event["zone"])] += event["dwell"]
    return line_counts, zone_counts, dwell


def supervised(frames, rate, lines, zones, threshold):
    bottom = supervision.Position.BOTTOM_CENTER
    gates = [supervision.LineZone(supervision.Point(*line[0]), supervision.Point(*line[1]), [bottom], threshold)
             for line in lines]
    areas = [supervision.PolygonZone(zone.round().astype(int), [bottom]) for zone in zones]
    line_counts, inside = collections.Counter(), collections.defaultdict(list)
    for rows in frames.values():
        if not rows:
            continue
        ids = np.array([track for track, _ in rows])
        found = supervision.Detections(xyxy=np.array([box for _, box in rows]), tracker_id=ids)
        for index, gate in enumerate(gates):
            # supervision calls the crossing to the left of a to b "in".
            left, right = gate.trigger(found)
            for track in ids[right]:
                line_counts[int(track), index, "in"] += 1
            for track in ids[left]:
                line_counts[int(track), index, "out"] += 1
        for index, area in enumerate(areas):
            for track, state in zip(ids, area.trigger(found)):
                inside[int(track), index].append(bool(state))
    zone_counts = collections.Counter({key: entries(states) for key, states in inside.items()})
    return line_counts, zone_counts, collections.Counter({key: sum(states) / rate for key, states in inside.items()})


def ultralytics(frames, lines, zones):
    line_counts, zone_counts, last = collections.Counter(), collections.Counter(), {}
    gates = [counter(line, LineString) for line in lines]
    areas = [counter(zone, Polygon) for zone in zones]
    for rows in frames.values():
        for track, box in rows:
            centre = tuple(anchors(np.array([box]), "centre")[0])
            for counts, made in [(line_counts, gates), (zone_counts, areas)]:
                for index, gate in enumerate(made):
                    before = gate.in_count, gate.out_count
                    gate.count_objects(centre, track, last.get(track), 0)
                    if (gate.in_count, gate.out_count) == before:
                        continue
                    # Its directions are those of the screen, not of the line: only that it counted is held against it.
                    counts[(track, index, "any") if counts is line_counts else (track, index)] += 1
            last[track] = centre
    return line_counts, zone_counts


def wrong(counts, truth):
    return sum(abs(counts[key] - truth[key]) for key in set(counts) | set(truth))


table = collections.defaultdict(lambda: np.zeros(2, int))
dwell_errors = collections.defaultdict(list)
totals = collections.Counter()
for name in options.names:
    folder = options.sequences / name
    info = configparser.ConfigParser()
    info.read(folder / "seqinfo.ini")
    info = info["Sequence"]
    rate, size = float(info["frameRate"]), (int(info["imWidth"]), int(info["imHeight"]))
    rows = np.loadtxt(folder / "gt.txt", delimiter=",")
    lines, zones = geometry(*size)
    truth_of = {}
    for kind in ["bottom", "centre"]:
        line_truth, zone_truth, dwell_truth = collections.Counter(), collections.Counter(), collections.Counter()
        for track in np.unique(rows[:, 1]).astype(int):
            own = rows[rows[:, 1] == track]
            own = own[np.argsort(own[:, 0])]
            boxes = np.concatenate([own[:, 2:4], own[:, 2:4] + own[:, 4:6]], 1)
            path = smooth(np.clip(anchors(boxes, kind), 0, size), int(rate) | 1)
            for index, line in enumerate(lines):
                for direction, count in crossings(path, line).items():
                    line_truth[track, index, direction] = count
            for index, zone in enumerate(zones):
                inside = [Polygon(zone).covers(Point(p)) for p in path]
                zone_truth[track, index] = entries(inside)
                dwell_truth[track, index] = sum(inside) / rate
        truth_of[kind] = line_truth, zone_truth, dwell_truth
    either = collections.Counter()
    for (track, index, _), count in truth_of["centre"][0].items():
        either[track, index, "any"] += count
    totals["lines"] += sum(truth_of["bottom"][0].values())
    totals["zones"] += sum(truth_of["bottom"][1].values())
    for noise in options.noise:
        random = np.random.default_rng(2)
        frames = {frame: [] for frame in range(1, int(rows[:, 0].max()) + 1)}
        for track in np.unique(rows[:, 1]).astype(int):
            own = rows[rows[:, 1] == track]
            own = own[np.argsort(own[:, 0])]
            boxes = np.concatenate([own[:, 2:4], own[:, 2:4] + own[:, 4:6]], 1)
            tremble = random.normal(size=(len(own) + 2, 4))
            tremble = (tremble[:-2] + tremble[1:-1] + tremble[2:]) / np.sqrt(3)
            boxes += noise * tremble * np.tile(own[:, 4:6], 2)
            for frame, box, is_seen in zip(own[:, 0].astype(int), boxes, random.random(len(own)) > (0.1 if noise else 0)):
                if is_seen:
                    frames[frame].append((track, box))
        line_truth, zone_truth, dwell_truth = truth_of["bottom"]
        results = {"yolostream": ours(frames, rate, size, lines, zones)}
        for threshold in sorted({1, 2, int(rate / 2)}):
            label = {1: "1 frame (default)", 2: "2 frames"}.get(threshold, "half a second")
            results[f"supervision, {label}"] = supervised(frames, rate, lines, zones, threshold)
        for label, (line_counts, zone_counts, dwell) in results.items():
            table[label, noise] += [wrong(line_counts, line_truth), wrong(zone_counts, zone_truth)]
            dwell_errors[label, noise] += [abs(dwell[key] - dwell_truth[key]) for key in dwell_truth if dwell_truth[key]]
        line_counts, zone_counts = ultralytics(frames, lines, zones)
        table["Ultralytics", noise] += [wrong(line_counts, either), wrong(zone_counts, truth_of["centre"][1])]

print(f"{totals['lines']} crossings of 12 lines and {totals['zones']} entries into 12 zones, of {', '.join(options.names)}")
print("miscounts at lines / in zones (mean error of the time in a zone), by noise as a share of the box")
print(f"{'':34}" + "".join(f"{noise:>22}" for noise in options.noise))
for label in dict.fromkeys(label for label, _ in table):
    cells = []
    for noise in options.noise:
        line, zone = table[label, noise]
        errors = dwell_errors.get((label, noise))
        cells.append(f"{line} / {zone}" + (f" ({np.mean(errors):.2f} s)" if errors else ""))
    print(f"{label:34}" + "".join(f"{cell:>22}" for cell in cells))
